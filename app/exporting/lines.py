"""Lines of an export as JSON. Numbers keep all their digits, times are RFC 3339."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson


def written(line: dict[str, Any]) -> bytes:
    """The line, with its end."""
    return orjson.dumps(line, default=_plain, option=orjson.OPT_UTC_Z) + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError
