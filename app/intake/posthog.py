"""PostHog: batches and single events, as its SDKs for servers, apps and pages send them.

``$set`` has traits that change, ``$set_once`` those that only count where there are none yet. Who
an event is about stands in ``app.intake.posthog_people``, what it means in
``app.intake.posthog_meaning``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.errors import EventRejectedError, InputError
from app.events.model import Payload
from app.events.wire import EventInput
from app.exact import read_json
from app.intake.peer import Peer
from app.intake.posthog_meaning import event_context, event_properties, meaning
from app.intake.posthog_people import account, identifiers, user_id
from app.intake.reading import Sent, filled, inner, moment, name_of, text
from app.intake.times import by_our_clock, sent_time
from app.intake.traits import SET_ONCE

_LONGEST = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Captured:
    """A body: its events, when its sender says that it was sent, and the key in it."""

    events: list[object]
    sent_at: object = None
    api_key: str | None = None


def read_capture(body: bytes) -> Captured:
    """The events of a body, in any of its forms; ``InputError``: it is none."""
    try:
        sent = read_json(body)
    except ValueError as unreadable:
        raise EventRejectedError("body", str(unreadable).rstrip(".")) from unreadable
    if not isinstance(sent, dict | list):
        raise EventRejectedError("body", "it is neither a JSON object nor a list")
    batch = sent.get("batch") if isinstance(sent, dict) else None
    if isinstance(batch, list):
        return Captured(batch, _sent_at(inner(sent)), _key(inner(sent)))
    events = sent if isinstance(sent, list) else [sent]
    first = inner(next(iter(events), None))
    return Captured(events, _sent_at(first), _key(first))


def read_events(captured: Captured, peer: Peer) -> list[Sent]:
    """The events; a bad one does not keep the others from being taken."""
    return [_read(event, captured.sent_at, peer) for event in captured.events]


def _sent_at(payload: Payload) -> object:
    return payload.get("sent_at") or payload.get("sentAt")


def _key(payload: Payload) -> str | None:
    named = payload.get("api_key") or payload.get("token")
    return text(named or inner(payload, "properties").get("token"))


def _read(event: object, sent_at: object, peer: Peer) -> Sent:
    try:
        if not isinstance(event, dict):
            raise EventRejectedError("batch", "an event is not a JSON object")
        name = text(event.get("event"))
        if name is None:
            raise EventRejectedError("event", "an event has a name")
        return _event(name, event, peer, time=_time(event, sent_at, peer))
    except InputError as refused:
        return refused


def _event(name: str, event: Payload, peer: Peer, *, time: datetime) -> EventInput:
    given = inner(event, "properties")
    distinct_id = text(event.get("distinct_id")) or text(given.get("distinct_id"))
    kind, shown, more = meaning(name, given)
    once = inner(event, "$set_once") | inner(given, "$set_once")
    return EventInput(
        type=kind,
        id=text(event.get("uuid")),
        time=time,
        name=name_of(shown),
        user_id=user_id(name, distinct_id, given),
        identifiers=identifiers(name, distinct_id, given) or None,
        user=inner(event, "$set") | inner(given, "$set"),
        account=account(given),
        session_id=text(given.get("$session_id")),
        context=event_context(given, peer),
        properties=event_properties(given) | more | filled(**{SET_ONCE: once}),
    )


def _time(event: Payload, sent_at: object, peer: Peer) -> datetime:
    """PostHog's rule: the age that an event had when it was sent counts, or the one it tells."""
    given, offset = event.get("timestamp"), event.get("offset")
    if given is not None:
        is_exact = inner(event, "properties").get("$ignore_sent_at") is True
        clock = None if is_exact else sent_time(sent_at)
        return by_our_clock(moment("timestamp", given), clock, peer.received_at)
    if isinstance(offset, int | float) and 0 < offset < _LONGEST / timedelta(milliseconds=1):
        return peer.received_at - timedelta(milliseconds=offset)
    return peer.received_at
