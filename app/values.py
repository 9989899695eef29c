"""The five data types of attributes, and how raw input becomes one of them.

Coercion is lossless or refused: ``"49.90"`` is a number, ``"abc"`` is not, and nothing is
rounded or truncated on the way. Numbers are decimals, so that sums are exact.
"""

import functools
import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Context, Decimal, InvalidOperation
from enum import StrEnum
from ipaddress import ip_address
from typing import TypeAlias

import pycountry

from app.errors import ValueRefusedError

Value: TypeAlias = str | bool | Decimal | datetime

MAX_TEXT = 4096
"""Characters of a text value; longer ones are refused, since 1,000 of them may form a list."""

DIGITS = Context(prec=34)
"""The precision of BSON's Decimal128, in which numbers are stored."""

_EPOCH_MS_LIMIT = 253_402_300_800_000  # the year 10000
_BOOLEANS = {"true": True, "false": False}


class DataType(StrEnum):
    """What kind of value an attribute holds."""

    __hash__ = str.__hash__  # in C: members are keys where every microsecond counts

    STRING = "STRING"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    DATETIME = "DATETIME"
    IP = "IP"


def milliseconds(moment: datetime) -> datetime:
    """The moment in UTC, cut to the milliseconds that the store keeps."""
    if moment.tzinfo is UTC and moment.microsecond % 1000 == 0:
        return moment  # hot: it has been here before
    utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def to_text(raw: object) -> str:
    """Text as it is; numbers and booleans as JSON writes them."""
    if isinstance(raw, str) and len(raw) <= MAX_TEXT:
        return raw
    text = _written(raw)
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise ValueRefusedError(raw, f"a text of at most {MAX_TEXT} characters")
    return text


def _written(raw: object) -> object:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if not isinstance(raw, int | float | Decimal):
        return raw
    try:
        return format(to_number(raw), "f")
    except ValueRefusedError:
        if isinstance(raw, float):  # not finite
            raise
        return str(raw)


def to_number(raw: object) -> Decimal:
    """A finite number of at most 34 digits, without trailing zeros."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise ValueRefusedError(raw, "a number")
    if isinstance(raw, float) and not math.isfinite(raw):
        raise ValueRefusedError(raw, "a finite number")
    try:
        exact = Decimal(repr(raw) if isinstance(raw, float) else raw)
        number = exact.normalize(DIGITS)
    except (InvalidOperation, ValueError) as unreadable:
        raise ValueRefusedError(raw, "a number") from unreadable
    except ArithmeticError as beyond:
        raise ValueRefusedError(raw, _FINITE) from beyond
    if not number.is_finite() or number != exact or abs(number.adjusted()) > _MAX_EXPONENT:
        raise ValueRefusedError(raw, _FINITE)
    return number or Decimal(0)  # there is one zero, without a sign


_FINITE = "a finite number of at most 34 digits"
_MAX_EXPONENT = 310
"""A little more than a double has: 1e308 is a number, 1e400 is not."""


def to_summand(raw: object) -> Decimal:
    """A number whose sums stay exact: below 10^12, with at most 18 decimals.

    So ten thousand of the largest still fit into the 34 digits of a stored number.
    """
    if type(raw) is int and 0 <= raw < len(_DIGIT):
        return _DIGIT[raw]  # hot: events are counted by ones
    number = to_number(raw)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), "a finite number has an exponent"
    if abs(number) >= _LARGEST_SUMMAND or -exponent > _SUMMAND_DECIMALS:
        raise ValueRefusedError(raw, "a number below 10^12 with at most 18 decimals, to be summed")
    return number


_DIGIT = tuple(map(Decimal, range(10)))
_LARGEST_SUMMAND = Decimal(10**12)
_SUMMAND_DECIMALS = 18


def to_boolean(raw: object) -> bool:
    """``true`` and ``false``, also as text."""
    value = _BOOLEANS.get(raw.strip().lower()) if isinstance(raw, str) else raw
    if not isinstance(value, bool):
        raise ValueRefusedError(raw, "true or false")
    return value


def to_datetime(raw: object) -> datetime:
    """ISO 8601 text (UTC where it names no offset) or milliseconds since 1970."""
    try:
        return milliseconds(_moment(raw))
    except (ValueError, OverflowError) as unreadable:
        expected = "an ISO 8601 date and time or milliseconds since 1970"
        raise ValueRefusedError(raw, expected) from unreadable


def _moment(raw: object) -> datetime:
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, str):
        return datetime.fromisoformat(raw.strip())
    whole = isinstance(raw, int) or (isinstance(raw, float) and raw.is_integer())
    if isinstance(raw, bool) or not whole:
        raise ValueError
    epoch_ms = int(raw)  # type: ignore[call-overload]  # narrowed through `whole`
    if abs(epoch_ms) >= _EPOCH_MS_LIMIT:
        raise ValueError
    seconds, rest = divmod(epoch_ms, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def to_ip(raw: object) -> str:
    """An IPv4 or IPv6 address in its shortest form."""
    if not isinstance(raw, str):
        raise ValueRefusedError(raw, "an IP address")
    try:
        return str(ip_address(raw.strip()))
    except ValueError as unreadable:
        raise ValueRefusedError(raw, "an IP address") from unreadable


def to_country(raw: object) -> str:
    """An ISO 3166-1 alpha-2 code in capitals; names and other codes are refused."""
    code = raw.strip().upper() if isinstance(raw, str) else ""
    if code not in country_names():
        raise ValueRefusedError(raw, "an ISO 3166-1 alpha-2 country code")
    return code


@functools.cache
def country_names() -> dict[str, str]:
    """The short English name of every country, by its alpha-2 code."""
    return {
        country.alpha_2: getattr(country, "common_name", country.name)
        for country in pycountry.countries
    }


COERCIONS: dict[DataType, Callable[[object], Value]] = {
    DataType.STRING: to_text,
    DataType.NUMBER: to_number,
    DataType.BOOLEAN: to_boolean,
    DataType.DATETIME: to_datetime,
    DataType.IP: to_ip,
}
