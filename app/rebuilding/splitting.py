"""Where an event belongs when some identifiers of its profile are somebody else. Pure."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from app.events.stored import Entry
from app.identity.model import principal


class Place(NamedTuple):
    """Whether an event goes with the identifiers that are split off, and what it is apart from."""

    goes: bool
    apart: tuple[str, ...]


def place(entry: Entry, split: AbstractSet[str]) -> Place | None:
    """Where the event belongs, as if it had never named both sides; None if nothing changes."""
    goes = principal(entry.event.identifiers) in split
    strangers = tuple(one for one in entry.identifiers if (one in split) != goes)
    return Place(goes, entry.apart + strangers) if goes or strangers else None
