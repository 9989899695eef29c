"""Keys of client JSON as field names that MongoDB can keep and query, and back. Pure.

A ``.`` would read as a path, a leading ``$`` as an operator, and NUL ends a BSON name; they
are stored percent-encoded, so that nothing in a payload can become either.
"""

from decimal import Decimal
from typing import Any

from bson import Decimal128

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
        return {
            key if key.isidentifier() else encode_key(key): one  # hot: most are plain
            if type(one) is str
            else encode_json(one)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [encode_json(one) for one in value]
    if isinstance(value, Decimal) or (isinstance(value, int) and not -_INT64 <= value < _INT64):
        return _storable(Decimal(value))
    return value


def _storable(number: Decimal) -> Decimal128 | str:
    """The number, or its text where 34 digits are too few; attributes read both the same."""
    try:
        exact = Decimal128(number.normalize(DIGITS))
    except ArithmeticError:
        return str(number)
    return exact if exact.to_decimal() == number else str(number)


def decode_json(value: Any) -> Any:  # noqa: ANN401  # any JSON
    """The JSON that was stored."""
    if isinstance(value, dict):
        return {decode_key(name): decode_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [decode_json(one) for one in value]
    return value.to_decimal() if isinstance(value, Decimal128) else value
