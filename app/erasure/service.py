"""Erasing a person: profile, identifiers, events and sessions, for good, and once asked for surely.

The erasure is written down first, with the identifiers, so that from then on no event brings the
person back. Then the profile is frozen, and batches that had begun before are waited for; then it
is removed like any other. A crash leaves an erasure that is not finished; ``recover`` finishes it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from uuid_utils import uuid7

from app.erasure.model import Erasure
from app.erasure.repository import ErasureRepository
from app.events.repository import EventRepository
from app.identity.repository import IdentifierRepository
from app.merging.service import MergeService
from app.paging import Page, PageRequest
from app.profiles.repository import DocumentRepository
from app.removal.model import Reason
from app.removal.service import RemovalService
from app.storage.client import Document

Eraser = Callable[[Document], Awaitable[None]]
"""Erases what a part of the product keeps about a profile elsewhere; may be repeated at will."""

UnderWay = Callable[[], Awaitable[set[tuple[str, int]]]]
"""The batches that are being stored: they may not know yet of an erasure."""

_PAUSE = 0.01
_LOOKS = 100
"""A second: batches take a fraction of that, and those of dead processes are for later."""


class ErasureService:
    """Erases people, and tells that it did. ``erasers`` do what is not a profile's own."""

    def __init__(
        self,
        *,
        erasures: ErasureRepository,
        profiles: DocumentRepository,
        identifiers: IdentifierRepository,
        events: EventRepository,
        merging: MergeService,
        removal: RemovalService,
        storing: UnderWay,
        erasers: Sequence[Eraser] = (),
    ) -> None:
        self._erasures = erasures
        self._profiles = profiles
        self._identifiers = identifiers
        self._events = events
        self._merging = merging
        self._removal = removal
        self._storing = storing
        self._erasers = erasers

    async def erase(self, profile: str, *, now: datetime) -> Document:
        """Erase the person that a profile is about, with everything that was merged into it.

        What remains is the record that it was done, or that it will be: where a process died in
        the middle of a batch, that is seen to first.
        """
        erasure, person = Erasure(str(uuid7()), now), await self._person(profile)
        await self._erasures.begin(erasure, profile, person["identifiers"])
        await self._finish(erasure, [profile], now=now)
        return await self._erasures.get(erasure.id)

    async def recover(self, *, now: datetime) -> int:
        """Finish erasures that are under way; how many were finished."""
        unfinished = await self._erasures.unfinished()
        return sum([await self._finish(erasure, one, now=now) for erasure, one in unfinished])

    async def page(self, request: PageRequest) -> Page:
        """A page of erasures, the latest first."""
        return await self._erasures.page(request)

    async def count(self) -> int:
        """How many erasures there are."""
        return await self._erasures.count()

    async def _finish(self, erasure: Erasure, profiles: Sequence[str], *, now: datetime) -> bool:
        """Do all that is left to be done, unless it has to wait; may be repeated at will."""
        people = await self._frozen(erasure, profiles)
        if people is None:
            return False
        for person in reversed(people):  # the first tells whom it is about until all is done
            for erase in self._erasers:
                await erase(person)
            await self._removal.finish(person["_id"])
        done = {*profiles, *(one["_id"] for one in people)}
        return await self._erasures.finish(erasure, done, now=now)

    async def _frozen(self, erasure: Erasure, profiles: Sequence[str]) -> list[Document] | None:
        """The person's profiles: those, and any that earlier batches made or merged beside them.

        None where batches are under way that may do so still, or somebody else has done it all.
        """
        await self._merging.recover()
        found, before = set(profiles), None
        while True:
            people = [await self._close(one, erasure) for one in sorted(found)]
            found = {one["_id"] for one in people}
            names = {name for one in people for name in one["identifiers"]}
            if (found, names) == before:
                return people
            before = set(found), names
            extended = await self._erasures.extend(erasure, found, names)
            if not extended or not await self._drained():
                return None
            await self._merging.recover()
            others = await self._others(found, names, erasure)
            if others and not await self._erasures.extend(erasure, others, ()):
                return None
            found |= others

    async def _close(self, profile: str, erasure: Erasure) -> Document:
        """The profile that this one leads to, frozen."""
        while True:
            profile = (await self._profiles.roots([profile]))[profile]
            await self._removal.bar(profile, Reason.ERASED, now=erasure.requested_at)
            closed = await self._person(profile)
            if closed.get("merged_into") is None:
                return closed

    async def _person(self, profile: str) -> Document:
        """A profile, broken or not, with its identifiers."""
        broken = await self._removal.broken_by_ids([profile])
        person = await self._profiles.get(profile) or {"_id": profile}
        kept = broken.get(profile, {}).get("identifiers", ())
        return {**person, "identifiers": person.get("identifiers", kept)}

    async def _others(self, found: set[str], names: set[str], erasure: Erasure) -> set[str]:
        """Other profiles that have one of these identifiers from an event that is kept out now."""
        owners = {*(await self._identifiers.owners(names)).values()} - found
        until = erasure.requested_at
        return {one for one in owners if await self._events.any_about(one, names, until=until)}

    async def _drained(self) -> bool:
        """Wait until every batch has left the ledger that may not have known of the erasure."""
        unaware = await self._storing()
        for _ in range(_LOOKS):
            if not unaware & await self._storing():
                return True
            await asyncio.sleep(_PAUSE)
        return False
