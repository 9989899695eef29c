"""The order in which MongoDB sorts values, as a key for Python's own comparisons.

Values of different types have an order too: null, numbers, strings, documents, lists and so on.
Documents are compared field by field in the order they are stored in, so ``{t, n, v}`` is
ordered by time first. https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isnan
from typing import Any, TypeAlias
from uuid import UUID

from bson import Binary, Decimal128, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.binary import UUID_SUBTYPE

Key: TypeAlias = tuple[Any, ...]

_LEAST, _NULL, _NUMBER, _TEXT, _DOCUMENT, _LIST = -1, 5, 10, 15, 20, 25
_BINARY, _OBJECT_ID, _BOOLEAN, _DATE, _TIMESTAMP, _REGEX, _GREATEST = 30, 35, 40, 45, 47, 50, 127


def order_key(value: object) -> Key:
    """A tuple that compares like the value does in MongoDB; equal keys mean equal values."""
    match value:
        case bool():
            key: Key = (_BOOLEAN, value)
        case int() | float() | Decimal128():
            key = (_NUMBER, *_number(value))
        case str():  # code points sort like the bytes of UTF-8, which MongoDB compares
            key = (_TEXT, value)
        case Mapping():
            key = (_DOCUMENT, tuple(_field(name, part) for name, part in value.items()))
        case list() | tuple():
            key = (_LIST, tuple(order_key(part) for part in value))
        case datetime():
            key = (_DATE, value if value.tzinfo else value.replace(tzinfo=UTC))
        case None:
            key = (_NULL,)
        case _:
            key = _rare(value)
    return key


def _number(value: float | Decimal128) -> Key:
    """Exact by value across types; NaN equals itself and is the least number."""
    number = value.to_decimal() if isinstance(value, Decimal128) else value
    return (0, 0) if isnan(number) else (1, number)


def _field(name: str, value: object) -> Key:
    """The type decides before the name, and the name before the value."""
    key = order_key(value)
    return (key[0], name, key)


def _rare(value: object) -> Key:
    match value:
        case bytes():
            key: Key = (_BINARY, len(value), getattr(value, "subtype", 0), bytes(value))
        case UUID():
            key = _rare(Binary(value.bytes, UUID_SUBTYPE))
        case ObjectId():
            key = (_OBJECT_ID, value.binary)
        case Timestamp():
            key = (_TIMESTAMP, value.time, value.inc)
        case Regex():
            key = (_REGEX, value.pattern, value.flags)
        case MinKey() | MaxKey():
            key = (_LEAST if isinstance(value, MinKey) else _GREATEST,)
        case _:
            raise TypeError(f"{type(value).__name__} is no BSON type")
    return key
