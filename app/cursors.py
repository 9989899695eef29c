"""Pages as clients ask for them, and cursors: the places of items as opaque texts. Pure.

A cursor names the order it belongs to, so that one of another list is refused, and holds nothing
but values of the types that the order has, so that nothing in it can become an operator.
"""

import base64
import binascii
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zlib import crc32

import msgspec
from bson import Decimal128

from app.errors import PageInvalidError
from app.paging import (
    DEFAULT_PAGE,
    MAX_PAGE,
    Key,
    Order,
    PageRequest,
    Sort,
    Window,
    key_of,
)

_MAX_CURSOR = 65_536
"""Characters: three texts to sort by, of 4,096 characters and four bytes each."""

_INT64 = 2**63
_UNREADABLE = (
    *(binascii.Error, msgspec.DecodeError),
    *(ValueError, TypeError, KeyError, ArithmeticError, RecursionError),
)
_KINDS: dict[type, tuple[type, ...]] = {
    str: (str,),
    bool: (bool,),
    datetime: (datetime,),
    float: (int, Decimal128),
}
"""By the type of a path's least value: the types of values that it may have."""


def window(request: PageRequest, order: Order) -> Window:
    """The window that a request asks for, or the error that says which argument is wrong."""
    if request.first is not None and request.last is not None:
        raise PageInvalidError("first", "ask for the first or for the last items, not for both")
    backward = request.last is not None
    limit = request.last if request.last is not None else request.first
    limit = DEFAULT_PAGE if limit is None else limit
    if not 0 <= limit <= MAX_PAGE:
        raise PageInvalidError("last" if backward else "first", f"a page has 0 to {MAX_PAGE} items")
    after = read_cursor("after", request.after, order)
    return Window(limit, after, read_cursor("before", request.before, order), backward)


def cursor(item: dict[str, Any], order: Order) -> str:
    """The place of an item in a list of this order."""
    packed = msgspec.msgpack.encode([_name(order), *map(_packed, key_of(item, order))])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(argument: str, text: str | None, order: Order) -> Key | None:
    """The place that a cursor holds, or the error that names the argument it was given as."""
    if text is None:
        return None
    try:
        name, *values = _unpacked(text)
        key = tuple(map(_value, values))
    except _UNREADABLE as none:
        raise PageInvalidError(argument, "it is no cursor of this list") from none
    if name != _name(order) or len(key) != len(order) or not all(map(_fits, key, order)):
        raise PageInvalidError(argument, "it is no cursor of this list")
    return key


def _name(order: Order) -> int:
    return crc32(repr([(one.path, one.direction) for one in order]).encode())


def _unpacked(text: str) -> list[Any]:
    if len(text) > _MAX_CURSOR:
        raise ValueError("too long")
    padded = text + "=" * (-len(text) % 4)
    return msgspec.msgpack.decode(base64.urlsafe_b64decode(padded), type=list[Any])


def _packed(value: Any) -> Any:  # noqa: ANN401  # of whatever type the attribute has
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    is_number = isinstance(value, int | Decimal128) and not isinstance(value, bool)
    return {"number": str(value)} if is_number else value


def _value(packed: Any) -> Any:  # noqa: ANN401  # of whatever type the attribute has
    return _number(packed["number"]) if isinstance(packed, dict) else packed


def _number(text: str) -> int | Decimal128:
    """As numbers are stored: whole ones of 64 bits, all others as decimals."""
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    whole = -_INT64 <= number < _INT64 and number == number.to_integral_value()
    return int(number) if whole else Decimal128(number)


def _fits(value: Any, sort: Sort) -> bool:  # noqa: ANN401  # whatever was in the cursor
    if sort.least is None:
        return isinstance(value, str | datetime)
    return value is None or type(value) in _KINDS[type(sort.least)]
