"""Who an event is about: groups of identifiers, owners, homes. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, TypeAlias

from app.events.model import Event
from app.events.stored import Entry
from app.identity.model import IdentityPolicy, principal
from app.identity.resolve import Group, Groups

Owners: TypeAlias = Mapping[str, str]
"""The profile of each identifier that the registry knows."""

Named: TypeAlias = tuple[str, ...]
"""The identifiers of one event."""


class Home(NamedTuple):
    """The profile of an event, and those of its identifiers that belong to somebody else."""

    profile: str
    apart: tuple[str, ...] = ()


def grouped(named: Iterable[Named]) -> list[Group]:
    """The identifiers that these events connect."""
    groups = Groups()
    for identifiers in named:
        groups.join(identifiers)
    return [frozenset(group) for group in groups.members().values()]


def entry_of(event: Event, home: Home | None, policy: IdentityPolicy) -> Entry:
    """The event as it is stored, at home or nowhere."""
    if home is None:
        return Entry(event, None, policy=policy)
    return Entry(event, home.profile, home.apart, policy)


def is_homeless(entry: Entry) -> bool:
    """It has to be somebody's, and the profile it was stored for is no more."""
    event = entry.event
    return entry.target is None and event.profiled and bool(event.identifiers)


def is_settled(group: Group, owners: Owners) -> bool:
    """All known, and to one profile: whatever their events say, nothing has to be done."""
    found = {owners.get(one) for one in group}
    return len(found) == 1 and None not in found


def meetings(groups: Iterable[Group], owners: Owners) -> list[Group]:
    """Groups in which profiles meet."""
    return [one for one in groups if len({owners[name] for name in one if name in owners}) > 1]


def moment(event: Event) -> tuple[datetime, int]:
    """What events are ordered by."""
    return event.time, event.tie


def moved_home(entry: Entry, profiles: Mapping[str, str]) -> Entry | None:
    """The entry as it would be stored now; None where the registry does not know whom it is about.

    Identifiers that it does not know have been nobody else's.
    """
    home = profiles.get(principal(entry.event.identifiers))
    if home is None:
        return None
    strangers = tuple(
        one
        for one in entry.event.identifiers
        if one in entry.apart or profiles.get(one, home) != home
    )
    return replace(entry, target=home, apart=strangers)


def home_of(identifiers: Named, profiles: Mapping[str, str]) -> Home:
    """The home of an event whose identifiers belong to these profiles."""
    profile = profiles[principal(identifiers)]
    return Home(profile, tuple(one for one in identifiers if profiles.get(one) != profile))
