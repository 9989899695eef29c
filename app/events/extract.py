"""Which values an event carries for which attributes. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.aggregation.stamps import MAX_POSITIONS, Stamped
from app.attributes.catalogue import Branch, Catalogue, Feed
from app.errors import ValueRefusedError
from app.events.model import Event, Payload


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that does not fit the attributes that its field feeds."""

    event_id: str
    attributes: tuple[str, ...]
    message: str


@dataclass(slots=True)
class Extracted:
    """The stamped values of an event by feed, and the values that were refused."""

    values: list[tuple[Feed, list[Stamped]]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def extract(event: Event, catalogue: Catalogue) -> Extracted:
    """Every value of the event that feeds an attribute, coerced and stamped."""
    extracted = Extracted()
    tie = event.tie
    for feed, raw in _fed(catalogue.root, event.parts()):
        try:
            stamped = _stamp(feed, raw, event.time, tie)
        except ValueRefusedError as refused:
            extracted.refused.append(Refusal(event.id, feed.names, str(refused)))
        else:
            if stamped:
                extracted.values.append((feed, stamped))
    return extracted


_Fed = list[tuple[Feed, Any]]


def _fed(branch: Branch, payload: Payload) -> _Fed:
    """The feeds that fields of this payload end at; a missing or null value feeds nothing."""
    fed: _Fed = []
    for key, raw in payload.items():
        child = branch.children.get(key) or (_dotted(branch, key) if "." in key else None)
        if child is None or raw is None:
            continue
        for feed in child.feeds:
            fed.append((feed, raw))  # hot: most keys have one feed or none
        if child.children and isinstance(raw, dict):
            fed += _fed(child, raw)
    return fed


def _dotted(branch: Branch, key: str) -> Branch | None:
    """Where a key with dots leads: ``{"a.b": 1}`` feeds what ``{"a": {"b": 1}}`` does."""
    found: Branch | None = branch
    for part in key.split("."):
        found = found.children.get(part) if found else None
    return found


def _stamp(feed: Feed, raw: Any, time: datetime, tie: int) -> list[Stamped]:  # noqa: ANN401  # any JSON
    """The value with its stamp; of an array each value, in the order of the array."""
    if not isinstance(raw, list):
        return [Stamped(time, tie, feed.coerce(raw))]
    if len(raw) > MAX_POSITIONS:
        raise ValueRefusedError(f"{len(raw)} values", f"a list of at most {MAX_POSITIONS} values")
    return [
        Stamped(time, tie + position, feed.coerce(one))
        for position, one in enumerate(raw)
        if one is not None
    ]
