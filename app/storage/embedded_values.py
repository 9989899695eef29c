"""Values of the embedded store: how they get in and out, and decimals that can be compared.

Everything crosses as BSON, the way it would cross the wire. So nothing is shared with the
caller, times are cut to milliseconds, and what a driver refuses is refused here too: keys with
a null byte, Python's own decimals, numbers over 64 bits.
"""

import numbers
from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
from functools import cached_property
from typing import Any, Self, TypeAlias, cast

from bson import Decimal128, decode, encode
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from bson.decimal128 import create_decimal128_context
from typing_extensions import override

Document: TypeAlias = dict[str, Any]

_DIGITS = create_decimal128_context()


class Number(Decimal128):
    """A Decimal128 that Python can compare and add; mongomock asks both of every number.

    Numbers order by value whatever their types, as in MongoDB: ``Number("1.0") == 1``.
    """

    @cached_property
    def _decimal(self) -> Decimal:
        return super().to_decimal()

    @override
    def to_decimal(self) -> Decimal:
        return self._decimal

    @override
    def __eq__(self, other: object) -> bool:
        return _is_number(other) and self._decimal == _plain(other)

    @override
    def __hash__(self) -> int:  # type: ignore[override]  # Decimal128 has none, ids need one
        return hash(self._decimal)

    def __lt__(self, other: object) -> bool:
        return self._decimal < _plain(other) if _is_number(other) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._decimal <= _plain(other) if _is_number(other) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self._decimal > _plain(other) if _is_number(other) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self._decimal >= _plain(other) if _is_number(other) else NotImplemented

    def __add__(self, other: Any) -> "Number":
        return Number(_DIGITS.add(self._decimal, _exact(other)))

    __radd__ = __add__

    def __sub__(self, other: Any) -> "Number":
        return Number(_DIGITS.subtract(self._decimal, _exact(other)))

    def __rsub__(self, other: Any) -> "Number":
        return Number(_DIGITS.subtract(_exact(other), self._decimal))

    def __mul__(self, other: Any) -> "Number":
        return Number(_DIGITS.multiply(self._decimal, _exact(other)))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Number":
        return Number(_DIGITS.divide(self._decimal, _exact(other)))

    def __rtruediv__(self, other: Any) -> "Number":
        return Number(_DIGITS.divide(_exact(other), self._decimal))

    def __float__(self) -> float:
        return float(self._decimal)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self


numbers.Number.register(Number)  # mongomock sorts and sums only what is registered as a number


def _is_number(other: object) -> bool:
    """Not booleans: in MongoDB true is not 1."""
    return isinstance(other, int | float | Decimal | Decimal128) and not isinstance(other, bool)


def _plain(other: Any) -> Any:
    return other.to_decimal() if isinstance(other, Decimal128) else other


def _exact(other: Any) -> Decimal:
    """A double counts with 15 digits: MongoDB takes 0.1 for one tenth, not for its bits."""
    plain = _plain(other)
    return _DIGITS.create_decimal(f"{plain:.14e}" if isinstance(plain, float) else plain)


class _NumberDecoder(TypeDecoder):
    bson_type = Decimal128

    @override
    def transform_bson(self, value: Decimal128) -> Number:
        return cast("Number", Number.from_bid(value.bid))


_CALLER: CodecOptions[Document] = CodecOptions(
    tz_aware=True, tzinfo=UTC, uuid_representation=UuidRepresentation.STANDARD
)
_NAIVE_CALLER = _CALLER.with_options(tz_aware=False, tzinfo=None)
# Inside, times are naive and UUIDs are binary, because that is what mongomock compares.
_STORE: CodecOptions[Document] = CodecOptions(type_registry=TypeRegistry([_NumberDecoder()]))


def inward(document: Mapping[str, Any]) -> Document:
    """A copy of the caller's document or filter in the store's types."""
    return decode(encode(document, codec_options=_CALLER), _STORE)


def outward(document: Mapping[str, Any]) -> Document:
    """A copy of a stored document in the caller's types."""
    return decode(encode(document), _CALLER)


def outward_naive(document: Mapping[str, Any]) -> Document:
    """The same with times that do not say that they are in UTC."""
    return decode(encode(document), _NAIVE_CALLER)


def stored(document: Mapping[str, Any]) -> Document:
    """A copy of a stored document that may be changed, or the settled form of a changed one."""
    return decode(encode(document), _STORE)


def same(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Equal to the last byte: an update that leaves this true has modified nothing."""
    return encode(left) == encode(right)
