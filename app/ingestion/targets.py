"""Which profile an event goes to: registry, claims, and merges where identifiers meet."""

from collections.abc import Iterable
from datetime import datetime

from app.events.model import Event
from app.events.repository import EventRepository
from app.identity.repository import IdentifierRepository
from app.identity.resolve import Groups
from app.merging.service import MergeService
from app.profiles.ids import new_profile_id
from app.profiles.repository import DocumentRepository

Group = frozenset[str]
"""Identifiers that belong to one person."""


class Targets:
    """Resolves identifiers to living profiles, making and merging profiles on the way."""

    def __init__(
        self,
        *,
        events: EventRepository,
        identifiers: IdentifierRepository,
        profiles: DocumentRepository,
        merging: MergeService,
    ) -> None:
        self._events = events
        self._identifiers = identifiers
        self._profiles = profiles
        self._merging = merging

    async def of_events(self, events: Iterable[Event], *, now: datetime) -> dict[str, str]:
        """The profile of each event, by event id; none for events that may not change profiles.

        A duplicate says nothing new, also about who belongs together: where identifiers would be
        claimed or joined, events that are in the ledger already are left out.
        """
        identified = [one for one in events if one.profiled and one.identifiers]
        groups = _groups(identified)
        owners = await self._owners(groups)
        profiles = {
            one: owners[one] for group in groups if _is_settled(group, owners) for one in group
        }
        open_events = [one for one in identified if one.identifiers[0] not in profiles]
        if open_events:
            known = await self._events.known(one.id for one in open_events)
            new = [one for one in open_events if one.id not in known]
            profiles |= await self._of_groups(_groups(new), owners, now=now)
        return {
            one.id: profiles[name] for one in identified if (name := one.identifiers[0]) in profiles
        }

    async def of_groups(
        self, groups: Iterable[Group], *, now: datetime, deleted_too: bool = False
    ) -> dict[str, str]:
        """The profile of each identifier.

        ``deleted_too`` looks behind every owner for a deleted profile and replaces it. Without
        it that is left to the update itself, which finds out at no cost.
        """
        waiting = set(groups)
        owners = await self._owners(waiting)
        return await self._of_groups(waiting, owners, now=now, deleted_too=deleted_too)

    async def _of_groups(
        self,
        groups: Iterable[Group],
        owners: dict[str, str],
        *,
        now: datetime,
        deleted_too: bool = False,
    ) -> dict[str, str]:
        resolved: dict[str, str] = {}
        waiting = set(groups)
        while waiting:
            chosen = {
                group: await self._choose(group, owners, now=now, deleted_too=deleted_too)
                for group in waiting
            }
            unsettled = await self._claim(chosen, owners)
            resolved |= {one: chosen[group][0] for group in waiting for one in group}
            waiting = unsettled | {group for group, (_, again) in chosen.items() if again}
            owners = await self._owners(waiting)
        return resolved

    async def _owners(self, groups: Iterable[Group]) -> dict[str, str]:
        asked = {one for group in groups for one in group}
        return await self._identifiers.owners(asked) if asked else {}

    async def _choose(
        self, group: Group, owners: dict[str, str], *, now: datetime, deleted_too: bool
    ) -> tuple[str, bool]:
        """The profile of a group, and whether the registry has to be asked again."""
        known = {owners[one] for one in group if one in owners}
        if not known:
            return new_profile_id(now), False
        if len(known) == 1 and not deleted_too:
            return next(iter(known)), False
        return await self._join(group, owners, now=now)

    async def _join(
        self, group: Group, owners: dict[str, str], *, now: datetime
    ) -> tuple[str, bool]:
        """Merge the living owners; replace those that are deleted."""
        roots = await self._profiles.roots({owners[one] for one in group if one in owners})
        deleted = await self._profiles.deleted(roots.values())
        living = sorted(set(roots.values()) - deleted)
        profile = living[0] if living else new_profile_id(now)
        for other in living[1:]:
            profile = await self._merging.merge(other, profile, now=now)
        strays = [one for one in group if one in owners and owners[one] != profile]
        for one in strays:  # of merges that had moved everything before they were claimed
            await self._identifiers.replace(one, owner=owners[one], to=profile)
        return profile, any(roots[owners[one]] in deleted for one in strays)

    async def _claim(
        self, chosen: dict[Group, tuple[str, bool]], owners: dict[str, str]
    ) -> set[Group]:
        """Register what is unknown; the groups of which somebody else claimed a part first."""
        claims = {
            one: profile
            for group, (profile, _) in chosen.items()
            for one in group
            if one not in owners
        }
        lost = await self._identifiers.claim(claims)
        return {group for group in chosen if group & lost} if lost else set()


def _groups(events: Iterable[Event]) -> list[Group]:
    groups = Groups()
    for event in events:
        groups.join(event.identifiers)
    return [frozenset(group) for group in groups.members().values()]


def _is_settled(group: Group, owners: dict[str, str]) -> bool:
    """All known, and to one profile: whatever their events say, nothing has to be done."""
    found = {owners.get(one) for one in group}
    return len(found) == 1 and None not in found
