"""Builders of the values that tests are about: moments, events, stamped values."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.events.model import Event
from app.events.parse import Arrival, parse_event
from app.events.wire import EventInput, IdentifierInput

T = datetime(2026, 1, 1, tzinfo=UTC)
"""When everything begins: ``e1@10`` happens ten seconds later."""

NOON = T + timedelta(hours=12)
"""When batches are received, unless a test says otherwise."""


def at(seconds: float) -> datetime:
    """The moment so many seconds after the beginning."""
    return T + timedelta(seconds=seconds)


def an_event(event_id: str | None = None, time: datetime | float = 0, **fields: Any) -> EventInput:
    """An event as sent, of a person with one cookie; ``type``, ``user_id`` and so on by name."""
    sent: dict[str, Any] = {"type": "CUSTOM", "cookie_id": "c1", **fields}
    moment = time if isinstance(time, datetime) else at(time)
    return EventInput(id=event_id, time=moment, **sent)


def about(event_id: str | None, *identifiers: str, **fields: Any) -> EventInput:
    """An event with these identifiers, as ``type:value``."""
    named = [IdentifierInput(*one.split(":", 1)) for one in identifiers]
    return an_event(event_id, cookie_id=None, identifiers=named, **fields)


def an_accepted_event(event_id: str = "e1", time: float = 0, **fields: Any) -> Event:
    """The event that an input becomes."""
    return parse_event(an_event(event_id, time, **fields), Arrival(NOON)).event
