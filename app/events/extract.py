"""Which values an event carries for which attributes. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from app.aggregation.stamps import MAX_POSITIONS, Stamped
from app.attributes.catalogue import Branch, Catalogue, Feed
from app.errors import ValueRefusedError
from app.events.model import Event, Payload
from app.values import Value


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that does not fit the attributes that its field feeds."""

    event_id: str
    attributes: tuple[str, ...]
    message: str


@dataclass(slots=True)
class Extracted:
    """The stamped values of an event by feed, and the values that were refused."""

    values: list[tuple[Feed, Stamped]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def extract(event: Event, catalogue: Catalogue) -> Extracted:
    """Every value of the event that feeds an attribute, coerced and stamped."""
    extracted = Extracted()
    _walk(catalogue.root, event.parts(), _Stamp(event.id, event.time, event.tie), extracted)
    return extracted


class _Stamp(NamedTuple):
    event_id: str
    time: datetime
    tie: int


def _walk(branch: Branch, payload: Payload, stamp: _Stamp, extracted: Extracted) -> None:
    """Take what fields of this payload feed; a missing or null value feeds nothing."""
    event_id, time, tie = stamp
    take = extracted.values.append
    for key, raw in payload.items():
        child = branch.children.get(key) or (_dotted(branch, key) if "." in key else None)
        if child is None or raw is None:
            continue
        for feed in child.feeds:  # hot: one call less for each of tens of thousands of values
            try:
                if isinstance(raw, list):
                    extracted.values += [(feed, one) for one in _stamp_all(feed, raw, time, tie)]
                else:
                    value = feed.coerce(raw)
                    take((feed, Stamped(time, _refused(value) if feed.is_consent else tie, value)))
            except ValueRefusedError as refused:
                extracted.refused.append(Refusal(event_id, feed.names, str(refused)))
        if child.children and isinstance(raw, dict):
            _walk(child, raw, stamp, extracted)


def _dotted(branch: Branch, key: str) -> Branch | None:
    """Where a key with dots leads: ``{"a.b": 1}`` feeds what ``{"a": {"b": 1}}`` does."""
    found: Branch | None = branch
    for part in key.split("."):
        found = found.children.get(part) if found else None
    return found


def _stamp_all(feed: Feed, raw: list[Any], time: datetime, tie: int) -> list[Stamped]:
    """Each value of an array with its stamp, in the order of the array."""
    if len(raw) > MAX_POSITIONS:
        raise ValueRefusedError(f"{len(raw)} values", f"a list of at most {MAX_POSITIONS} values")
    return [
        Stamped(time, _refused(value) if feed.is_consent else tie + position, value)
        for position, one in enumerate(raw)
        if one is not None
        for value in (feed.coerce(one),)
    ]


def _refused(value: Value) -> int:
    """The tie break of a consent: of two answers at the same moment, the refusal is the later."""
    return int(value is False)
