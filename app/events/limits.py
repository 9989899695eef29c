"""How large and how deep one event may be. Pure.

A batch of 1,000 events must stay below MongoDB's 48 MB message, and BSON nests at most 100
levels; browsers send at most 256 KiB a message.
"""

from typing import Any

from app.errors import EventTooLargeError
from app.events.model import Payload

MAX_EVENT_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_ID = 256
MAX_NAME = 4096

_CONTAINER_COST = 8


def check_payload(field: str, payload: Payload) -> None:
    """Raise when the payload is too deep or too large to be stored."""
    if _size(field, payload, MAX_DEPTH) > MAX_EVENT_BYTES:
        raise EventTooLargeError(field, f"{MAX_EVENT_BYTES // 1024} KiB")


def _size(field: str, value: Any, depth: int) -> int:  # noqa: ANN401  # any JSON
    """About as many bytes as the value has as BSON."""
    if isinstance(value, str):
        return len(value)
    if not isinstance(value, dict | list):
        return _CONTAINER_COST
    if depth == 0:
        raise EventTooLargeError(field, f"{MAX_DEPTH} levels")
    nested = value.values() if isinstance(value, dict) else value
    keys = sum(map(len, value)) if isinstance(value, dict) else 0
    return keys + sum(_size(field, one, depth - 1) + _CONTAINER_COST for one in nested)

