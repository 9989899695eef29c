"""Events as documents of the ledger, and back. Pure."""

from dataclasses import dataclass
from typing import Any

from app.events.keys import decode_json, encode_json
from app.events.model import Event, EventType, Part
from app.identity.model import IdentityPolicy

_FIELDS = ("type", "time", "received_at", "name", "sequence", "profiled", "corrected")
_RENAMED = {"account_id": "account", "session_id": "session"}
PAYLOADS = {
    "user": "user",
    "account": "account_traits",
    "context": "context",
    "properties": "properties",
}
"""The stored names of an event's free JSON."""


HIDDEN = "PART"
"""The stored type of the parts of a view that are not the ones to show."""

FACTS = {
    "id": "_id",
    "name": "name",
    "session_id": "session",
    "account_id": "account",
    "identifiers": "identifiers",
}
"""The stored names of what an event is, as far as one can ask for it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in the ledger.

    ``target`` is the profile it was stored for. ``apart`` are those of its identifiers that belong
    to somebody else and say nothing about that profile. ``policy`` is that of its source: it counts
    again where the event has to find another home.
    """

    event: Event
    target: str | None
    apart: tuple[str, ...] = ()
    policy: IdentityPolicy = IdentityPolicy.MERGE_ALL

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The identifiers of the target."""
        if not self.apart:
            return self.event.identifiers
        return tuple(one for one in self.event.identifiers if one not in self.apart)


def event_document(event: Event) -> dict[str, Any]:
    """The event's own fields; payloads that are empty are left out."""
    document: dict[str, Any] = {
        "_id": event.id,
        "identifiers": list(event.identifiers),
        "type": event.type,
        "time": event.time,
        "received_at": event.received_at,
        "name": event.name,
        "sequence": event.sequence,
        "profiled": event.profiled,
        "corrected": event.corrected,
        "account": event.account_id,
        "session": event.session_id,
    }
    for name, stored in PAYLOADS.items():
        if payload := getattr(event, name):
            document[stored] = encode_json(payload)
    if event.part:
        document |= _part_fields(event, event.part)
    return document


def _part_fields(event: Event, part: Part) -> dict[str, Any]:
    kept: dict[str, Any] = {"of": part.of, "counts": part.counts, "shown": part.shown}
    if part.replaced:
        kept["replaced"] = list(part.replaced)
    return {"part": kept, "type": event.type if part.shown else HIDDEN}


def _part(stored: dict[str, Any]) -> Part:
    return Part(**{**stored, "replaced": tuple(stored.get("replaced", ()))})


def load_entry(document: dict[str, Any]) -> Entry:
    """The entry that a ledger document holds."""
    fields = {name: document[name] for name in _FIELDS}
    fields |= {name: document[stored] for name, stored in _RENAMED.items()}
    fields |= {
        name: decode_json(document[stored])
        for name, stored in PAYLOADS.items()
        if stored in document
    }
    identifiers = tuple(document["identifiers"])
    if "part" in document:  # only views come in versions
        fields |= {"type": EventType.VIEW, "part": _part(document["part"])}
    event = Event(id=document["_id"], identifiers=identifiers, **fields)
    policy = IdentityPolicy(document.get("policy", IdentityPolicy.MERGE_ALL))
    return Entry(event, document.get("target"), tuple(document.get("apart", ())), policy)
