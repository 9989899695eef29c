"""States as MongoDB keeps them, and back.

A stamped value is ``{t, n, v}``: BSON compares such documents field by field, which is the
order of ``Stamped``. Numbers are 64-bit integers where they are whole, else Decimal128.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any, TypeAlias, cast

from bson import Decimal128

from app.aggregation.monoids import MAX_LIST, Aggregation, Entries, State, earliest, newest
from app.aggregation.stamps import Stamped
from app.values import DIGITS, Value

Stored: TypeAlias = Any
"""A BSON value; ``Any`` because that is what the driver takes and gives."""

_INT64 = 2**63


def store_value(value: Value) -> Stored:
    """The value as a BSON value."""
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and -_INT64 <= value < _INT64
        return int(value) if whole else store_number(value)
    return value


def store_number(number: Decimal) -> Decimal128:
    """The number as a Decimal128, without the driver's detour through its single digits."""
    exponent = cast("int", number.as_tuple().exponent)
    significand = int(number.scaleb(-exponent, DIGITS))
    sign, magnitude = (_SIGN if significand < 0 else 0), abs(significand)
    bits = sign | (exponent + _BIAS) << _EXPONENT_SHIFT | magnitude
    return Decimal128.from_bid(bits.to_bytes(16, "little"))


_SIGN = 1 << 127
_BIAS = 6176
_EXPONENT_SHIFT = 113
_EXPONENT = (1 << 14) - 1
_SIGNIFICAND = (1 << _EXPONENT_SHIFT) - 1
_SPECIAL = 0b11 << 125


def load_number(stored: Stored) -> Any:  # noqa: ANN401  # a BSON value, as ``Stored``
    """A Decimal128 as a decimal, again without the detour; all else as it is."""
    if type(stored) is not Decimal128:
        return stored
    bits = int.from_bytes(stored.bid, "little")
    if bits & _SPECIAL == _SPECIAL:  # infinities, NaN, and a form that nobody writes
        return stored.to_decimal()
    number = Decimal(bits & _SIGNIFICAND)
    exponent = (bits >> _EXPONENT_SHIFT & _EXPONENT) - _BIAS
    return (number.copy_negate() if bits & _SIGN else number).scaleb(exponent, DIGITS)


def load_value(stored: Stored) -> Value:
    """The value of a BSON value."""
    if isinstance(stored, Decimal128):
        return cast("Decimal", load_number(stored))
    if isinstance(stored, int) and not isinstance(stored, bool):
        return Decimal(stored)
    return cast("Value", stored)


def store_stamped(entry: Stamped) -> Stored:
    """``{t, n, v}``, in this order of fields."""
    return {"t": entry.time, "n": entry.tie, "v": store_value(entry.value)}


def load_stamped(stored: Mapping[str, Stored]) -> Stamped:
    """The stamped value of ``{t, n, v}``."""
    return Stamped(stored["t"], stored["n"], load_value(stored["v"]))


def unique_key(value: Value) -> str:
    """The key of a value in the map of a unique list: a safe name, the same for equal values."""
    text = format(value.normalize(DIGITS), "f") if isinstance(value, Decimal) else str(value)
    return blake2b(text.encode(), digest_size=12).hexdigest()


def surplus(stored: Stored) -> list[str]:
    """The keys of a unique list beyond the earliest that it keeps; none of any other state.

    They may go at any time: nothing that comes later can make one of them early again, but by
    bringing it along.
    """
    if not isinstance(stored, Mapping) or len(stored) <= MAX_LIST:
        return []
    return sorted(stored, key=lambda key: load_stamped(stored[key]))[MAX_LIST:]


def _load_ends(stored: Stored) -> Entries:
    return load_stamped(stored["first"]), load_stamped(stored["last"])


def _load_list(stored: Stored) -> Entries:
    return newest(map(load_stamped, stored))


def _load_unique(stored: Stored) -> Entries:
    return earliest(map(load_stamped, stored.values()))


_LOADERS: dict[Aggregation, Callable[[Stored], State]] = {
    Aggregation.FIRST: load_stamped,
    Aggregation.LAST: load_stamped,
    Aggregation.FIRST_AND_LAST: _load_ends,
    Aggregation.LIST: _load_list,
    Aggregation.UNIQUE_LIST: _load_unique,
    Aggregation.MIN: load_value,
    Aggregation.MAX: load_value,
    Aggregation.SUM: load_value,
}


def _store_ends(state: State) -> Stored:
    first, last = cast("Entries", state)
    return {"first": store_stamped(first), "last": store_stamped(last)}


def _store_list(state: State) -> Stored:
    return [store_stamped(entry) for entry in cast("Entries", state)]


def _store_unique(state: State) -> Stored:
    entries = cast("Entries", state)
    return {unique_key(entry.value): store_stamped(entry) for entry in entries}


_STORERS: dict[Aggregation, Callable[[Any], Stored]] = {
    Aggregation.FIRST: store_stamped,
    Aggregation.LAST: store_stamped,
    Aggregation.FIRST_AND_LAST: _store_ends,
    Aggregation.LIST: _store_list,
    Aggregation.UNIQUE_LIST: _store_unique,
    Aggregation.MIN: store_value,
    Aggregation.MAX: store_value,
    Aggregation.SUM: store_number,
}


def store_state(aggregation: Aggregation, state: State) -> Stored:
    """What a document holds for this state of an attribute."""
    return _STORERS[aggregation](state)


def load_state(aggregation: Aggregation, stored: Stored) -> State:
    """The state that a document holds for an attribute of this aggregation."""
    return _LOADERS[aggregation](stored)
