"""From what a client sent to an event that can be trusted. Pure.

A field that makes no event is a rejection; an identifier that identifies nobody, or a time in
the future, is a warning, and the event is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from uuid_utils import uuid7

from app.aggregation.stamps import MAX_SEQUENCE
from app.errors import EventRejectedError, IdentifierRefusedError, ValueRefusedError
from app.events.limits import MAX_ID, MAX_NAME, check_count, check_payload
from app.events.model import KNOWN_FRUSTRATIONS, Event, Part, Payload
from app.events.wire import EventInput, PartInput
from app.identity.model import COOKIE_ID, USER_ID, identifier
from app.values import milliseconds, to_text

MAX_CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of us a client's clock may be before its times are corrected."""

TIME_CORRECTED = "TIME_CORRECTED"

_SYNTHETIC = ("synthetics", "ci_test")


@dataclass(frozen=True, slots=True)
class EventWarning:
    """Something about an accepted event that was not taken as it was sent."""

    code: str
    message: str
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a batch arrived, and when its sender says that it was sent."""

    received_at: datetime
    sent_at: datetime | None = None


@dataclass(slots=True)
class Parsed:
    """An event, and what was not taken of it."""

    event: Event
    warnings: list[EventWarning] = field(default_factory=list)


def parse_event(raw: EventInput, arrival: Arrival) -> Parsed:
    """The event, or the error that says why there is none."""
    warnings: list[EventWarning] = []
    account = _object("account", raw.account)
    context = _object("context", raw.context)
    properties = _object("properties", raw.properties)
    anonymous = bool(raw.anonymous_tracking)
    time = _time(raw.time, arrival, warnings)
    event = Event(
        id=_id(raw.id),
        type=raw.type,
        time=time,
        received_at=arrival.received_at,
        name=_text("name", raw.name, MAX_NAME),
        sequence=_sequence(raw.sequence),
        identifiers=() if anonymous else tuple(dict.fromkeys(_identifiers(raw, warnings))),
        account_id=_account_id(account, warnings),
        session_id=_session_id(raw.session_id),
        corrected=any(one.code == TIME_CORRECTED for one in warnings),
        profiled=not anonymous and not is_robot(context),
        user={} if anonymous else _object("user", raw.user),
        account=account,
        context=context,
        properties=_known_frustrations(properties, warnings),
        part=_part(raw),
    )
    return Parsed(event, warnings)


def _id(given: str | None) -> str:
    if given is None:
        return str(uuid7())
    return _text("id", given, MAX_ID) or _reject("id", "an id is not empty")


def _text(name: str, text: str | None, limit: int) -> str | None:
    if text is not None and len(text) > limit:
        raise EventRejectedError(name, f"it is longer than {limit} characters")
    return text


def _sequence(sequence: int | None) -> int | None:
    if sequence is not None and not -MAX_SEQUENCE < sequence < MAX_SEQUENCE:
        raise EventRejectedError("sequence", "it does not fit into 52 bits")
    return sequence


def _session_id(session_id: str | None) -> str | None:
    text = _text("sessionId", session_id, MAX_ID)
    return text if text and text.strip() else None


def _object(name: str, payload: object) -> Payload:
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise EventRejectedError(name, "it is not a JSON object")
    check_payload(name, payload)
    return payload


def _time(sent: datetime, arrival: Arrival, warnings: list[EventWarning]) -> datetime:
    """The event's time by our clock: a sender's clock that is ahead is set back."""
    try:
        claimed = milliseconds(sent)
    except OverflowError as none:
        raise EventRejectedError("time", f"{sent.isoformat()} is no time in UTC") from none
    if claimed <= arrival.received_at + MAX_CLOCK_SKEW:
        return claimed
    time = milliseconds(_by_our_clock(claimed, arrival))
    message = f"{claimed.isoformat()} is in the future; {time.isoformat()} was taken instead."
    warnings.append(EventWarning(TIME_CORRECTED, message))
    return time


def _by_our_clock(claimed: datetime, arrival: Arrival) -> datetime:
    try:
        age = arrival.sent_at - claimed if arrival.sent_at else timedelta()
        return min(arrival.received_at - age, arrival.received_at)
    except OverflowError:  # a sender who is thousands of years ahead has no clock to go by
        return arrival.received_at


def _identifiers(raw: EventInput, warnings: list[EventWarning]) -> Iterator[str]:
    check_count(raw.identifiers or ())
    named = ((USER_ID, raw.user_id), (COOKIE_ID, raw.cookie_id))
    typed = ((one.type, one.value) for one in raw.identifiers or ())
    for kind, value in (*named, *typed):
        if value is None:
            continue
        try:
            yield identifier(kind, value).key
        except IdentifierRefusedError as refused:
            warnings.append(EventWarning(refused.code, str(refused)))


def _account_id(account: Payload, warnings: list[EventWarning]) -> str | None:
    """The account's id, under the same rules as a person's identifiers."""
    raw = account.get("id")
    if raw is None:
        return None
    try:
        return identifier("account_id", to_text(raw)).value
    except (IdentifierRefusedError, ValueRefusedError) as refused:
        warnings.append(EventWarning("IDENTIFIER_REFUSED", str(refused)))
        return None


def _part(raw: EventInput) -> Part | None:
    if not isinstance(raw, PartInput):
        return None
    return Part(raw.of, raw.counts, raw.shown, raw.replaced)


def is_robot(context: Payload) -> bool:
    """Whether this is the context of a bot or of a synthetic session."""
    device, session = context.get("device"), context.get("session")
    is_bot = isinstance(device, dict) and device.get("type") == "bot"
    return is_bot or (isinstance(session, dict) and session.get("type") in _SYNTHETIC)


def _known_frustrations(properties: Payload, warnings: list[EventWarning]) -> Payload:
    """The properties with ``frustration`` as a list of the kinds that we count."""
    given = properties.get("frustration")
    if given is None:
        return properties
    kinds = [given] if isinstance(given, str) else given
    if not isinstance(kinds, list) or not all(_is_frustration(kind) for kind in kinds):
        message = f"frustration is a list of {', '.join(sorted(KNOWN_FRUSTRATIONS))}."
        warnings.append(EventWarning("VALUE_REFUSED", message, "frustration"))
        return {key: value for key, value in properties.items() if key != "frustration"}
    return {**properties, "frustration": kinds}


def _is_frustration(kind: object) -> bool:
    return isinstance(kind, str) and kind in KNOWN_FRUSTRATIONS


def _reject(name: str, problem: str) -> str:
    raise EventRejectedError(name, problem)
