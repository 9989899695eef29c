"""How large and how deep one event may be. Pure.

A batch of 1,000 events must stay below MongoDB's 48 MB message, and BSON nests at most 100
levels; browsers send at most 256 KiB a message.
"""

from collections.abc import Sequence

import msgspec

from app.errors import EventTooLargeError
from app.events.model import Payload

MAX_EVENT_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_ID = 256
MAX_IDENTIFIERS = 1000
"""Of one event: a person with more would be none, and an event has to fit into a document."""

MAX_NAME = 4096


def check_payload(field: str, payload: Payload) -> None:
    """Raise when the payload is too deep or too large to be stored."""
    try:
        text = msgspec.json.encode(payload)
    except RecursionError as deep:
        raise EventTooLargeError(field, f"{MAX_DEPTH} levels") from deep
    if len(text) > MAX_EVENT_BYTES:
        raise EventTooLargeError(field, f"{MAX_EVENT_BYTES // 1024} KiB")
    # as deep as it has brackets at most: only a payload with many of them is looked into
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH and _depth(payload) > MAX_DEPTH:
        raise EventTooLargeError(field, f"{MAX_DEPTH} levels")


def check_count(identifiers: Sequence[object]) -> None:
    """Raise when an event names more than anybody has."""
    if len(identifiers) > MAX_IDENTIFIERS:
        raise EventTooLargeError("identifiers", f"{MAX_IDENTIFIERS:,} identifiers")


def _depth(value: object) -> int:
    match value:
        case dict():
            return 1 + max(map(_depth, value.values()), default=0)
        case list():
            return 1 + max(map(_depth, value), default=0)
        case _:
            return 0
