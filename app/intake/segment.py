"""Segment and RudderStack: batches and single calls of ``identify``, ``track``, ``page`` and so on.

``userId`` is the user id and ``anonymousId`` the cookie id; ``alias`` says that two ids are one
person, whatever kind of id the previous one was. The account of a ``group`` call is its group;
that of any other call is ``context.groupId``, since a person acts for one company at a time.
Traits of a person come with ``identify``, or with any call in ``context.traits``.
Times are set right by Segment's rule: the time of arrival less the age that the call had when it
was sent, so that wrong clocks of senders do not matter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from msgspec import structs

from app.errors import EventRejectedError, InputError
from app.events.model import Payload
from app.events.wire import EventInput, IdentifierInput
from app.exact import read_json
from app.identity.model import COOKIE_ID, USER_ID
from app.intake.peer import Peer
from app.intake.reading import Sent, filled, inner, moment, name_of, path_of, text, without
from app.intake.segment_context import (
    event_context,
    event_properties,
    external_ids,
    with_name,
)
from app.intake.times import by_our_clock, sent_time


@dataclass(frozen=True, slots=True)
class Posted:
    """A body: its calls, and the write key in it, if there is one."""

    calls: list[object]
    common: Payload
    write_key: str | None = None


def read_calls(body: bytes, call: str | None = None) -> Posted:
    """The calls of a batch, or the single ``call`` of a path; ``InputError``: it is no JSON."""
    try:
        sent = read_json(body)
    except ValueError as unreadable:
        raise EventRejectedError("body", str(unreadable).rstrip(".")) from unreadable
    if not isinstance(sent, dict):
        raise EventRejectedError("body", "it is not a JSON object")
    write_key = text(sent.get("writeKey"))
    if call:
        return Posted([{**sent, "type": call}], {}, write_key)
    calls = sent.get("batch")
    if not isinstance(calls, list):
        raise EventRejectedError("batch", "it is not a list")
    return Posted(calls, without(sent, "batch", "writeKey"), write_key)


def read_events(posted: Posted, peer: Peer) -> list[Sent]:
    """The events of the calls; a bad one does not keep the others from being taken."""
    return [_read(call, posted.common, peer) for call in posted.calls]


def _read(call: object, common: Payload, peer: Peer) -> Sent:
    try:
        if not isinstance(call, dict):
            raise EventRejectedError("batch", "a call is not a JSON object")
        kind = call.get("type")
        make = _CALLS.get(kind) if isinstance(kind, str) else None
        if make is None:
            raise EventRejectedError("type", f"there are calls of {', '.join(_CALLS)}")
        context = {**inner(common, "context"), **inner(call, "context")}
        return make({**call, "context": context}, _time(call, common, peer), peer)
    except InputError as refused:
        return refused


def _time(call: Payload, common: Payload, peer: Peer) -> datetime:
    given = call.get("originalTimestamp") or call.get("timestamp")
    if given is None:
        return peer.received_at
    sent_at = call.get("sentAt") or common.get("sentAt")
    return by_our_clock(moment("timestamp", given), sent_time(sent_at), peer.received_at)


def _track(call: Payload, time: datetime, peer: Peer) -> EventInput:
    return _event(call, "CUSTOM", time, peer, name=call.get("event"))


def _page(call: Payload, time: datetime, peer: Peer) -> EventInput:
    page = inner(call, "context", "page") | inner(call, "properties")
    path = text(page.get("path")) or path_of(text(page.get("url")))
    return _event(call, "VIEW", time, peer, name=path or call.get("name"))


def _screen(call: Payload, time: datetime, peer: Peer) -> EventInput:
    return _event(call, "VIEW", time, peer, name=call.get("name"))


def _identify(call: Payload, time: datetime, peer: Peer) -> EventInput:
    return _event(call, "CUSTOM", time, peer, name="identify", user=inner(call, "traits"))


def _group(call: Payload, time: datetime, peer: Peer) -> EventInput:
    account = inner(call, "traits") | filled(id=text(call.get("groupId")))
    return _event(call, "CUSTOM", time, peer, name="group", account=account)


def _alias(call: Payload, time: datetime, peer: Peer) -> EventInput:
    """The ids together are news, so they come in the order in which they were known."""
    previous, user = text(call.get("previousId")), text(call.get("userId"))
    if previous is None or user is None:
        raise EventRejectedError("previousId", "an alias has a previousId and a userId")
    ids = [(COOKIE_ID, previous), (USER_ID, previous), (USER_ID, user)]
    named = [IdentifierInput(kind, value) for kind, value in ids]
    event = _event(without(call, "userId"), "CUSTOM", time, peer, name="alias")
    return structs.replace(event, identifiers=named)


_CALLS: dict[str, Callable[[Payload, datetime, Peer], EventInput]] = {
    "track": _track,
    "page": _page,
    "screen": _screen,
    "identify": _identify,
    "group": _group,
    "alias": _alias,
}


def _event(
    call: Payload,
    kind: str,
    time: datetime,
    peer: Peer,
    *,
    name: object,
    user: Payload | None = None,
    account: Payload | None = None,
) -> EventInput:
    context = inner(call, "context")
    return EventInput(
        type=kind,  # type: ignore[arg-type]  # one of ours
        id=text(call.get("messageId")),
        time=time,
        name=name_of(name),
        user_id=text(call.get("userId")),
        cookie_id=text(call.get("anonymousId")),
        identifiers=external_ids(context) or None,
        user=with_name(inner(context, "traits") | (user or {})),
        account=account or filled(id=text(context.get("groupId"))),
        session_id=text(context.get("sessionId")),
        context=event_context(call, peer),
        properties=event_properties(call),
    )
