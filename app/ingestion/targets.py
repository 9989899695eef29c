"""Which profile an event goes to: registry, claims, and merges where identifiers meet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from app.erasure.repository import ErasureRepository
from app.events.model import Event
from app.events.repository import EventRepository
from app.identity.marks import NONE, Marks
from app.identity.model import IdentityPolicy, principal
from app.identity.repository import IdentifierRepository
from app.identity.resolve import Group, divide
from app.ingestion.choices import Choice, choose
from app.ingestion.homes import (
    Home,
    Named,
    Owners,
    grouped,
    home_of,
    is_settled,
    meetings,
    moment,
)
from app.merging.service import MergeService
from app.profiles.model import Standing
from app.profiles.repository import DocumentRepository


class Expired(Protocol):
    """Closes those of these profiles that have expired, and frees their identifiers."""

    async def __call__(self, profiles: Iterable[str], /, *, now: datetime) -> set[str]: ...


class Claims(Protocol):
    """The profiles for which a batch claims identifiers, written down before it does."""

    def fresh(self) -> str:
        """The id of a new one."""

    async def claim_for(self, profiles: Iterable[str]) -> None:
        """These are about to get identifiers, or marks."""


class _Settled(NamedTuple):
    """The profile of each identifier, and the groups to ask for again: somebody was faster."""

    profiles: dict[str, str]
    again: set[Group]


@dataclass(frozen=True, slots=True)
class Found:
    """What shows while profiles are looked for.

    ``gained`` are known profiles that get identifiers which they did not have; ``late`` are
    events that happened before somebody they are about was erased, and have to be kept out;
    ``known`` are some of those that are in the ledger already, and get no home.
    """

    gained: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)


class Asked(NamedTuple):
    """How profiles are looked for.

    ``deleted_too`` looks behind every owner for a deleted profile and replaces it. Without it that
    is left to the update itself, which finds out at no cost.
    """

    policy: IdentityPolicy
    now: datetime
    found: Found
    claims: Claims
    deleted_too: bool = False

    @property
    def trusts_owners(self) -> bool:
        """Whether nobody has to look at a profile that meets no other."""
        return self.policy is IdentityPolicy.MERGE_ALL and not self.deleted_too


class Targets:
    """Resolves identifiers to living profiles, making and merging profiles on the way."""

    def __init__(
        self,
        *,
        events: EventRepository,
        identifiers: IdentifierRepository,
        profiles: DocumentRepository,
        merging: MergeService,
        erasures: ErasureRepository,
        expired: Expired,
    ) -> None:
        self._events = events
        self._identifiers = identifiers
        self._profiles = profiles
        self._merging = merging
        self._erasures = erasures
        self._expired = expired

    async def of_events(self, events: Iterable[Event], asked: Asked) -> dict[str, Home]:
        """The home of each event, by event id; none for events that may not change profiles.

        A duplicate says nothing new, also about who belongs together: where identifiers would be
        claimed or joined, events that are in the ledger already are left out.
        """
        found = asked.found
        identified = [one for one in events if one.profiled and one.identifiers]
        groups = grouped(one.identifiers for one in identified)
        owners = await self._kept(await self._owners(groups), asked.now)
        found.late.update(await self._erasures.late(events))
        if found.late:
            identified = [one for one in identified if one.id not in found.late]
            groups = grouped(one.identifiers for one in identified)
        profiles = {
            one: owners[one] for group in groups if is_settled(group, owners) for one in group
        }
        open_events = [one for one in identified if one.identifiers[0] not in profiles]
        if open_events:
            found.known.update(await self._events.known(one.id for one in open_events))
            new = [one for one in open_events if one.id not in found.known]
            profiles |= await self.resolve(new, asked, owners)
        return {
            one.id: home_of(one.identifiers, profiles)
            for one in identified
            if principal(one.identifiers) in profiles
        }

    async def resolve(
        self, events: Iterable[Event], asked: Asked, owners: Owners | None = None
    ) -> dict[str, str]:
        """The profile of each identifier that one of these events, in their order, is about.

        Where one was removed, it may be that somebody has been erased since the batch began.
        """
        resolved: dict[str, str] = {}
        left = sorted((one for one in events if one.id not in asked.found.late), key=moment)
        while left:
            named = [one.identifiers for one in left]
            if owners is None:
                owners = await self._owners(map(frozenset, named))
            groups, standings = await self._divided(named, owners, asked)
            if any(one.deleted for one in standings.values()):
                late = await self._erasures.late(left)
                asked.found.late.update(late)
                if late:
                    left = [one for one in left if one.id not in late]
                    continue
            settled = await self._settle(groups, owners, standings, asked)
            resolved |= settled.profiles
            again = {one for group in settled.again for one in group}
            left = [one for one in left if principal(one.identifiers) in again]
            owners = None
        return resolved

    async def _divided(
        self, named: Sequence[Named], owners: Owners, asked: Asked
    ) -> tuple[dict[Group, Marks], dict[str, Standing]]:
        """The groups with the marks that their profiles have to have, and how those stand.

        As long as all profiles that meet may become one, nobody has to look at them.
        """
        merges_all = asked.policy is IdentityPolicy.MERGE_ALL
        groups = grouped(named)
        contested = meetings(groups, owners) if asked.trusts_owners else groups
        if not contested:
            return dict.fromkeys(groups, NONE), {}
        standings = await self._standings(contested, owners)
        members = frozenset().union(*contested)
        divided = divide(
            (one for one in named if one[0] in members),
            {one: standings[owners[one]].profile for one in members if one in owners},
            {one.profile: one.marks for one in standings.values()},
            asked.policy,
        )
        calm = dict.fromkeys((one for one in groups if one not in contested), NONE)
        return calm | (dict.fromkeys(divided, NONE) if merges_all else divided), standings

    async def _standings(self, groups: Iterable[Group], owners: Owners) -> dict[str, Standing]:
        ids = {owners[one] for group in groups for one in group if one in owners}
        return await self._profiles.standings(ids) if ids else {}

    async def _kept(self, owners: dict[str, str], now: datetime) -> dict[str, str]:
        """Owners without those that have expired: these are closed, and their identifiers free."""
        expired = await self._expired(owners.values(), now=now)
        return {one: owner for one, owner in owners.items() if owner not in expired}

    async def _owners(self, groups: Iterable[Group]) -> dict[str, str]:
        asked = {one for group in groups for one in group}
        return await self._identifiers.owners(asked) if asked else {}

    async def _settle(
        self,
        groups: Mapping[Group, Marks],
        owners: Owners,
        standings: Mapping[str, Standing],
        asked: Asked,
    ) -> _Settled:
        chosen = [
            choose(
                group,
                marks,
                owners=owners,
                standings=standings,
                fresh=asked.claims.fresh(),
            )
            for group, marks in groups.items()
        ]
        await asked.claims.claim_for(one.profile for one in chosen if one.claims)
        lost = await self._mark(chosen)
        again = {one.group for one in chosen if one.profile in lost or one.replaces_deleted}
        found: dict[Group, str] = {}
        for one in chosen:
            profile = None if one.profile in lost else await self._join(one, asked)
            if profile is None:
                again.add(one.group)
            else:
                found[one.group] = profile
                asked.found.gained.update([profile] if one.gains else [])
        claims = {
            name: found[one.group] for one in chosen if one.group in found for name in one.unknown
        }
        taken = await self._identifiers.claim(claims)
        again |= {one for one in found if one & taken}
        profiles = {
            name: profile
            for group, profile in found.items()
            if group not in again
            for name in group
        }
        return _Settled(profiles, again)

    async def _mark(self, chosen: Iterable[Choice]) -> set[str]:
        """Mark the profiles, each on condition of what it is marked with; those that changed."""
        marks = {one.profile: (one.marked, one.marks) for one in chosen if not one.is_marked}
        return await self._profiles.mark(marks) if marks else set()

    async def _join(self, choice: Choice, asked: Asked) -> str | None:
        """Merge the living profiles, replace the others; None if one has changed meanwhile."""
        profile = choice.profile
        for other in choice.others:
            joined = await self._merging.join(other, profile, now=asked.now)
            if joined is None:
                return None
            profile = joined
        if profile != choice.profile:  # which another merge has ended
            await asked.claims.claim_for([profile])
        for one, owner in choice.strays.items():  # also of merges that had moved all they found
            if not await self._identifiers.replace(one, owner=owner, to=profile):
                return None
        return profile
