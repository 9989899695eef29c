"""Keys of client JSON as field names that MongoDB can keep and query, and back. Pure.

A ``.`` would read as a path, a leading ``$`` as an operator, and NUL ends a BSON name; they
are stored percent-encoded, so that nothing in a payload can become either.
"""

from decimal import Decimal
from typing import Any

from bson import Decimal128

from app.aggregation.stored import load_value
from app.values import DIGITS

_INT64 = 2**63


def encode_key(key: str) -> str:
    """The key as a safe field name."""
    if key.isidentifier():  # the usual case, at the cost of one call
        return key
    safe = key.replace("%", "%25").replace(".", "%2E").replace("\x00", "%00")
    return f"%24{safe[1:]}" if safe.startswith("$") else safe


def decode_key(name: str) -> str:
    """The key that a field name stands for."""
    if "%" not in name:
        return name
    plain = name.replace("%24", "$").replace("%00", "\x00").replace("%2E", ".")
    return plain.replace("%25", "%")


def encode_json(value: Any) -> Any:  # noqa: ANN401  # any JSON
    """JSON with safe field names and storable numbers."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {encode_key(key): encode_json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [encode_json(one) for one in value]
    if isinstance(value, int) and not -_INT64 <= value < _INT64:
        return Decimal128(DIGITS.create_decimal(value))
    return value


def decode_json(value: Any) -> Any:  # noqa: ANN401  # any JSON
    """The JSON that was stored."""
    if isinstance(value, dict):
        return {decode_key(name): decode_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [decode_json(one) for one in value]
    return _whole(value) if isinstance(value, Decimal128) else value


def _whole(stored: Decimal128) -> int | Decimal:
    number = load_value(stored)
    assert isinstance(number, Decimal), "a Decimal128 is a number"
    return int(number) if number == number.to_integral_value() else number
