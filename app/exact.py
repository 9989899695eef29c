"""JSON as it was written: numbers keep all their digits. Pure.

A double holds 15 digits for sure; a number that it would change is kept as a decimal.
"""

from decimal import Decimal
from typing import Any

import msgspec
import orjson


def read_float(text: str) -> float | Decimal:
    """The number as a double where that says the same, else as a decimal."""
    number = float(text)
    if len(text) <= _SURE and "e" not in text.lower():
        return number
    exact = Decimal(text)
    return number if Decimal(repr(number)) == exact else exact


_SURE = 15
_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=read_float)


def read_json(text: bytes | str) -> Any:  # noqa: ANN401  # any JSON
    """The value of a JSON text; ``ValueError`` where it is none, or nested too deeply."""
    try:
        return _DECODER.decode(text)
    except RecursionError as deep:
        raise ValueError("it is nested too deeply") from deep


def write_json(value: object) -> bytes:
    """The value as JSON text; decimals as numbers with all their digits."""
    return orjson.dumps(value, default=_write)


def _write(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f"))
    if isinstance(value, int):  # beyond 64 bits
        return orjson.Fragment(str(value))
    raise TypeError(f"{type(value).__name__} has no JSON form")
