"""Erasing a person: profile, identifiers, events and sessions, for good, and once asked for surely.

The erasure is written down first and the identifiers are remembered, so that from then on no
event brings the person back; then the profile is removed like any other. A crash leaves an
erasure that is not finished; ``recover`` finishes it.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from uuid_utils import uuid7

from app.erasure.model import Erasure
from app.erasure.repository import ErasureRepository
from app.merging.service import MergeService
from app.paging import Page, PageRequest
from app.profiles.repository import DocumentRepository
from app.removal.model import Reason
from app.removal.service import RemovalService
from app.storage.client import Document

Eraser = Callable[[Document], Awaitable[None]]
"""Erases what a part of the product keeps about a profile elsewhere; may be repeated at will."""


class ErasureService:
    """Erases people, and tells that it did. ``erasers`` do what is not a profile's own."""

    def __init__(
        self,
        *,
        erasures: ErasureRepository,
        profiles: DocumentRepository,
        merging: MergeService,
        removal: RemovalService,
        erasers: Sequence[Eraser] = (),
    ) -> None:
        self._erasures = erasures
        self._profiles = profiles
        self._merging = merging
        self._removal = removal
        self._erasers = erasers

    async def erase(self, profile: str, *, now: datetime) -> Document:
        """Erase the person that a profile is about, with everything that was merged into it.

        What remains is the record that it was done.
        """
        erasure = Erasure(str(uuid7()), now)
        await self._erasures.begin(erasure, profile)
        await self._finish(erasure, profile, now=now)
        return await self._erasures.get(erasure.id)

    async def recover(self, *, now: datetime) -> int:
        """Finish erasures that a crash left half-way; how many there were."""
        unfinished = await self._erasures.unfinished()
        for erasure, profile in unfinished:
            await self._finish(erasure, profile, now=now)
        return len(unfinished)

    async def page(self, request: PageRequest) -> Page:
        """A page of erasures, the latest first."""
        return await self._erasures.page(request)

    async def count(self) -> int:
        """How many erasures there are."""
        return await self._erasures.count()

    async def _finish(self, erasure: Erasure, profile: str, *, now: datetime) -> None:
        await self._merging.recover()
        person = await self._close(profile, erasure.requested_at)
        identifiers = person.get("identifiers", ())
        await self._erasures.remember(identifiers, erasure.requested_at)
        await self._erasures.tell(erasure.id, identifiers=len(identifiers))
        for erase in self._erasers:
            await erase(person)
        await self._removal.finish(person["_id"])
        await self._erasures.finish(erasure.id, now=now)

    async def _close(self, profile: str, at: datetime) -> Document:
        """The profile that this one leads to, frozen; its identifiers are remembered before."""
        while True:
            profile = (await self._profiles.roots([profile]))[profile]
            person = await self._profiles.get(profile) or {"_id": profile}
            await self._erasures.remember(person.get("identifiers", ()), at)
            await self._removal.close(profile, Reason.ERASED, now=at)
            closed = await self._profiles.get(profile) or {"_id": profile}
            if closed.get("merged_into") is None:
                return closed
