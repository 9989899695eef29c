"""Which profile an event goes to: registry, claims, and merges where identifiers meet."""

from collections.abc import Iterable
from datetime import datetime

from app.events.model import Event
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
        identifiers: IdentifierRepository,
        profiles: DocumentRepository,
        merging: MergeService,
    ) -> None:
        self._identifiers = identifiers
        self._profiles = profiles
        self._merging = merging

    async def of_events(self, events: Iterable[Event], *, now: datetime) -> dict[str, str]:
        """The profile of each event, by event id; none for events that may not change profiles."""
        identified = [one for one in events if one.profiled and one.identifiers]
        groups = Groups()
        for event in identified:
            groups.join(event.identifiers)
        members = (frozenset(group) for group in groups.members().values())
        profiles = await self.of_groups(members, now=now)
        return {event.id: profiles[event.identifiers[0]] for event in identified}

    async def of_groups(
        self, groups: Iterable[Group], *, now: datetime, deleted_too: bool = False
    ) -> dict[str, str]:
        """The profile of each identifier.

        ``deleted_too`` looks behind every owner for a deleted profile and replaces it. Without
        it that is left to the update itself, which finds out at no cost.
        """
        resolved: dict[str, str] = {}
        waiting = set(groups)
        while waiting:
            owners = await self._identifiers.owners(one for group in waiting for one in group)
            chosen = {
                group: await self._choose(group, owners, now=now, deleted_too=deleted_too)
                for group in waiting
            }
            unsettled = await self._claim(chosen, owners)
            resolved |= {one: chosen[group][0] for group in waiting for one in group}
            waiting = unsettled | {group for group, (_, again) in chosen.items() if again}
        return resolved

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
        orphans = [one for one in group if one in owners and roots[owners[one]] in deleted]
        for one in orphans:
            await self._identifiers.replace(one, owner=owners[one], to=profile)
        return profile, bool(orphans)

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
