"""Datadog browser RUM: lines of JSON, one for each event, as SDKs of version 5, 6 and 7 send them.

``usr.id`` is the user id and ``usr.anonymous_id`` the cookie id, everything else in ``usr`` and
``account`` are traits. ``context`` becomes properties, beside what is particular to a type under
the name of that type (``properties.action.target.name``). Actions are named as Datadog shows
them, ``click on CHECKOUT``. A view comes in versions, see ``app.events.upserts``; messages of the
type ``view_update`` hold only what changed since the version before, and null for what is gone.
Telemetry of the SDK, and types that are not known, say nothing about people and are passed over.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256

from app.aggregation.stamps import MAX_SEQUENCE
from app.errors import EventRejectedError, InputError
from app.events.model import KNOWN_FRUSTRATIONS, Payload
from app.events.parse import is_robot
from app.events.upserts import Version, parts
from app.events.wire import EventInput
from app.exact import read_json
from app.intake.peer import Peer
from app.intake.reading import Sent, filled, inner, moment, name_of, path_of, text, without

_GESTURES = {"click", "tap", "scroll", "swipe"}
_MAX_VIEW_ID = 128
_OF_VIEWS = ("service", "version", "display", "connectivity", "feature_flags")


def read_rum(body: bytes, peer: Peer) -> list[Sent]:
    """The events of a batch; a line that is none does not keep the others from being taken."""
    return [event for line in body.split(b"\n") if line.strip() for event in _read(line, peer)]


def _read(line: bytes, peer: Peer) -> Iterator[Sent]:
    try:
        sent = read_json(line)
        if not isinstance(sent, dict):
            raise EventRejectedError("line", "it is not a JSON object")
        kind = sent.get("type")
        if kind in ("view", "view_update"):
            yield from _view(sent, peer)
        elif isinstance(kind, str) and (make := _TYPES.get(kind)):
            yield make(sent, line, peer)
    except InputError as refused:
        yield refused
    except ValueError as unreadable:
        yield EventRejectedError("line", str(unreadable).rstrip("."))


def _action(sent: Payload, line: bytes, peer: Peer) -> EventInput:
    action = inner(sent, "action")
    kind, target = text(action.get("type")), text(inner(action, "target").get("name"))
    frustrations = inner(action, "frustration").get("type")
    known = [one for one in _list(frustrations) if one in KNOWN_FRUSTRATIONS]
    name = f"{kind} on {target}" if kind in _GESTURES and target else target or kind
    more = filled(action=without(action, "id"), frustration=known or None)
    return _event(sent, "ACTION", peer, event_id=_id(sent, "action", line), name=name, more=more)


def _error(sent: Payload, line: bytes, peer: Peer) -> EventInput:
    error = inner(sent, "error")
    more = filled(error=without(error, "id"))
    name = error.get("message") or error.get("type")
    return _event(sent, "ERROR", peer, event_id=_id(sent, "error", line), name=name, more=more)


def _resource(sent: Payload, line: bytes, peer: Peer) -> EventInput:
    resource = inner(sent, "resource")
    more = filled(resource=without(resource, "id"))
    name = resource.get("url")
    return _event(
        sent, "RESOURCE", peer, event_id=_id(sent, "resource", line), name=name, more=more
    )


def _long_task(sent: Payload, line: bytes, peer: Peer) -> EventInput:
    task = inner(sent, "long_task")
    more = filled(long_task=without(task, "id", "scripts"))
    name = task.get("entry_type")
    return _event(
        sent, "LONG_TASK", peer, event_id=_id(sent, "long_task", line), name=name, more=more
    )


def _vital(sent: Payload, line: bytes, peer: Peer) -> EventInput:
    vital = inner(sent, "vital")
    more = filled(vital=without(vital, "id"))
    name = vital.get("name") or vital.get("type")
    return _event(sent, "CUSTOM", peer, event_id=_id(sent, "vital", line), name=name, more=more)


_TYPES: dict[str, Callable[[Payload, bytes, Peer], EventInput]] = {
    "action": _action,
    "error": _error,
    "resource": _resource,
    "long_task": _long_task,
    "vital": _vital,
}


def _view(sent: Payload, peer: Peer) -> Iterator[EventInput]:
    view = inner(sent, "view")
    url = text(view.get("url"))
    page = filled(url=url, path=path_of(url))
    more = filled(**page, referrer=view.get("referrer"), feature_flags=sent.get("feature_flags"))
    name = view.get("name") or page.get("path")
    event = _event(sent, "VIEW", peer, event_id=None, name=name, more=more)
    version = _version(sent, view)
    constant = EventInput(
        type="VIEW",
        time=event.time,
        name=name_of(page.get("path")),
        session_id=event.session_id,
        context=filled(application=inner(event.context, "application")),
        properties={**page, "view": filled(id=version.view_id, url=url)},
    )
    split = parts(event, version, constant)
    yield from split if not is_robot(event.context) else split[:1]


def _version(sent: Payload, view: Payload) -> Version:
    view_id, number = text(view.get("id")), inner(sent, "_dd").get("document_version", 0)
    if view_id is None or len(view_id) > _MAX_VIEW_ID:
        raise EventRejectedError("view.id", f"an id of 1 to {_MAX_VIEW_ID} characters is needed")
    if type(number) is not int or not 0 <= number < MAX_SEQUENCE:
        raise EventRejectedError("_dd.document_version", "it is no version")
    if sent["type"] == "view":
        return Version(view_id, number)
    return Version(view_id, number, partial=True, replaced=tuple(_replaced(sent)))


def _replaced(sent: Payload) -> Iterator[str]:
    """The payloads of which a difference tells everything that is left."""
    if "usr" in sent:
        yield "user"
    if "account" in sent and not inner(sent, "account"):
        yield "account"
    if "context" in sent:
        yield "properties"


def _event(  # what differs between types
    sent: Payload, kind: str, peer: Peer, *, event_id: str | None, name: object, more: Payload
) -> EventInput:
    user, account = inner(sent, "usr"), inner(sent, "account")
    return EventInput(
        type=kind,  # type: ignore[arg-type]  # one of ours
        id=event_id,
        time=moment("date", sent.get("date")),
        name=name_of(name),
        user_id=text(user.get("id")),
        cookie_id=text(user.get("anonymous_id")),
        user=without(user, "id", "anonymous_id"),
        account=account,
        session_id=text(inner(sent, "session").get("id")),
        context=peer.context(_context(sent)),
        properties=_properties(sent) | more,
    )


def _context(sent: Payload) -> Payload:
    named = {part: inner(sent, part) for part in ("application", "device", "os", "browser", "geo")}
    return filled(**named, session=filled(type=inner(sent, "session").get("type")))


def _properties(sent: Payload) -> Payload:
    kept = {name: sent.get(name) for name in ("service", "version", "source", "display", "view")}
    said = without(inner(sent, "context"), "frustration") | filled(
        **kept, connectivity=inner(sent, "connectivity")
    )
    return said | _gone(sent) if sent["type"] == "view_update" else said


def _gone(sent: Payload) -> Payload:
    return {name: None for name in _OF_VIEWS if name in sent and sent[name] is None}


def _id(sent: Payload, kind: str, line: bytes) -> str:
    """The event's own id; without one what the line says, which is the same when sent again."""
    return text(inner(sent, kind).get("id")) or f"{kind}/{sha256(line.strip()).hexdigest()}"


def _list(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
