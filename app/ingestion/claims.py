"""Identifiers claimed for profiles that never came are free again, and nobody's name stays behind.

A batch claims identifiers before it stores events. Where it dies in between, or all its events
turn out to be known, the registry has names of a profile that nothing will be written to. Such a
profile is closed before it comes. So whoever has found it in the registry meanwhile, and is about
to store events for it, loses nothing: its update is refused, and the events go to a new profile.
"""

from collections.abc import Iterable
from datetime import datetime

import structlog

from app.events.repository import EventRepository
from app.identity.repository import IdentifierRepository
from app.ingestion.lanes import LaneRepository
from app.merging.service import MergeService
from app.profiles.end_repository import EndRepository
from app.removal.service import RemovalService

log = structlog.get_logger(__name__)


class ClaimService:
    """Takes claims back; may be repeated at will, and at any time."""

    def __init__(
        self,
        *,
        lanes: LaneRepository,
        identifiers: IdentifierRepository,
        profiles: EndRepository,
        events: EventRepository,
        merging: MergeService,
        removal: RemovalService,
    ) -> None:
        self._lanes = lanes
        self._identifiers = identifiers
        self._profiles = profiles
        self._events = events
        self._merging = merging
        self._removal = removal

    async def sweep(self, *, now: datetime) -> int:
        """Free what abandoned batches have claimed, also after that; how many profiles it was."""
        doubtful = [one for lane in await self._lanes.all() for one in lane.get("doubtful", ())]
        return await self.free(doubtful, now=now)

    async def free(self, claimed: Iterable[str], *, now: datetime) -> int:
        """Free the identifiers of those of these profiles that are none; how many there were.

        ``claimed``: ids, or what they begin with.
        """
        beginnings = set(claimed)
        if not beginnings:
            return 0
        owners = await self._identifiers.owners_like(beginnings)
        forsaken = await self.forsaken(owners | await self._profiles.unwritten(beginnings))
        for one in sorted(forsaken):
            await self.forsake(one, now=now)
        if forsaken:
            log.info("claims_freed", profiles=len(forsaken))
        return len(forsaken)

    async def forsaken(self, owners: set[str]) -> set[str]:
        """Those of these owners that are no profile, and that no event will make one."""
        unwritten = owners - await self._profiles.written(owners) if owners else set()
        if not unwritten:
            return set()
        return unwritten - await self._events.shown_under(unwritten)

    async def forsake(self, owner: str, *, now: datetime) -> None:
        """Free the identifiers of a profile that never came, or is gone.

        Those of one that became part of another one are handed over to that.
        """
        await self._removal.forestall(owner, now=now)
        await self._removal.sweep(await self._merging.settle(owner))
