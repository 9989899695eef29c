"""Fields of JSON that anybody may have written: each has its type, or counts as missing. Pure."""

from datetime import datetime
from typing import TypeAlias
from urllib.parse import urlsplit

from app.errors import EventRejectedError, InputError, ValueRefusedError
from app.events.limits import MAX_NAME
from app.events.model import Payload
from app.events.wire import EventInput
from app.values import to_datetime, to_text

Sent: TypeAlias = EventInput | InputError
"""An event, or the error that says why there is none."""


def inner(payload: object, *keys: str) -> Payload:
    """The object that stands under these keys, or an empty one."""
    for key in keys:
        payload = payload.get(key) if isinstance(payload, dict) else None
    return payload if isinstance(payload, dict) else {}


def text(value: object) -> str | None:
    """A text, or a number as one; None for anything else, and for nothing."""
    try:
        written = to_text(value) if isinstance(value, int) else value
    except ValueRefusedError:
        return None
    return written if isinstance(written, str) and written else None


def name_of(value: object) -> str | None:
    """A text that is short enough for the name of an event."""
    written = text(value)
    return written[:MAX_NAME] if written else None


def moment(field: str, value: object) -> datetime:
    """A moment, or the error that says that there is none."""
    try:
        return to_datetime(value)
    except ValueRefusedError as refused:
        raise EventRejectedError(field, str(refused).rstrip(".")) from refused


def path_of(url: str | None) -> str | None:
    """The path of a URL."""
    try:
        return urlsplit(url).path or "/" if url else None
    except ValueError:
        return None


def without(payload: Payload, *keys: str) -> Payload:
    """The payload without these keys."""
    return {key: value for key, value in payload.items() if key not in keys}


def filled(**fields: object) -> Payload:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value not in (None, {}, "")}
