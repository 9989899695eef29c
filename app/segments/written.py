"""Filters as JSON that can be kept and shown: times and durations become text. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import msgspec


def written(raw: Any) -> Any:  # noqa: ANN401  # JSON, and what GraphQL makes of its scalars
    """The filter as it could have been sent; nulls, which say nothing, are left out."""
    match raw:
        case Mapping():
            return {key: written(one) for key, one in raw.items() if one is not None}
        case list() | tuple():
            return [written(one) for one in raw]
        case Enum():
            return raw.value
        case timedelta():
            return msgspec.to_builtins(raw)
        case datetime():
            return _written_time(raw)
        case _:
            return raw


def _written_time(time: datetime) -> str:
    try:
        return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError:  # before the year 1 or after 9999, which is refused where it is checked
        return time.isoformat()
