"""The rules of sources. Pure."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from app.access.errors import EventSourceInvalidError
from app.access.model import EventSource, EventSourceKind

MAX_NAME = 255
MAX_ORIGINS = 100
MAX_RATE = 1_000_000
MAX_SOURCES = 1000

RATE = 1000.0
BURST = 10_000
"""Of sources whose key is known to every visitor or every copy of an app."""


def usual_rate(kind: EventSourceKind) -> float | None:
    """How fast a source may send where nobody says it; our own importers as fast as they can."""
    return None if kind in (EventSourceKind.API, EventSourceKind.OTHER) else RATE


def check_source(source: EventSource) -> EventSource:
    """The source, or the error that says what is wrong with it."""
    if not source.name:
        raise EventSourceInvalidError("name", "a source needs a name")
    if len(source.name) > MAX_NAME:
        raise EventSourceInvalidError("name", f"it has at most {MAX_NAME} characters")
    if len(source.origins) > MAX_ORIGINS:
        raise EventSourceInvalidError("origins", f"there are at most {MAX_ORIGINS}")
    if source.rate is not None and not 0 < source.rate <= MAX_RATE:
        raise EventSourceInvalidError("rate", f"it is more than 0 and at most {MAX_RATE}")
    if not 1 <= source.burst <= MAX_RATE:
        raise EventSourceInvalidError("burst", f"it is 1 to {MAX_RATE}")
    return source


def check_origins(origins: Iterable[str]) -> tuple[str, ...]:
    """The origins as browsers send them, each once."""
    return tuple(dict.fromkeys(_origin(one) for one in origins))


def _origin(text: str) -> str:
    try:
        parts = urlsplit(text.strip().lower())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    rest = parts.path.removesuffix("/") or parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or rest:
        raise EventSourceInvalidError("origins", "an origin is written as https://shop.example")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_usual = port in (None, {"http": 80, "https": 443}[parts.scheme])
    return f"{parts.scheme}://{host}" + ("" if is_usual else f":{port}")
