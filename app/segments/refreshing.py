"""Use cases of the history of segments: refreshing them by their schedule, and looking back.

A refresh finds out who is in a segment now and records who has entered and who has left. It is
claimed for as long as it may take; when its process dies another one does it again, which finds
what is recorded already. Whoever claims it later takes over: the earlier one writes no more.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

import structlog

from app.attributes.model import ProfileKind
from app.errors import InputError
from app.events.ranges import TimeRange
from app.paging import Page, PageRequest
from app.profiles.repository import DocumentRepository
from app.segments.errors import (
    SegmentHistoryError,
    SegmentNotFoundError,
    SegmentRefreshingError,
)
from app.segments.membership import Change, Refreshed
from app.segments.membership_repository import MembershipRepository
from app.segments.segment import Segment, segment_id_of
from app.segments.segment_repository import SegmentRepository
from app.segments.service import Asked, ListService
from app.storage.ending import end
from app.storage.faults import known

_PART = 2000
CLAIM = timedelta(minutes=15)
"""How long a refresh stays with a process that does not finish it."""

log = structlog.get_logger(__name__)


class RefreshService:
    """Refreshes segments in the background, and tells who was in them."""

    def __init__(
        self,
        *,
        segments: SegmentRepository,
        memberships: MembershipRepository,
        lists: ListService,
        profiles: DocumentRepository,
        clock: Callable[[], datetime],
    ) -> None:
        self._segments = segments
        self._memberships = memberships
        self._lists = lists
        self._profiles = profiles
        self._clock = clock
        self._running: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        """Refresh all that is due, in the background."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
            self._running.add_done_callback(_tell)
        return self._running

    async def close(self) -> None:
        """Stop; what is left is claimed again by whoever is next."""
        if self._running:
            await end(self._running)

    async def refresh(self, segment_id: str) -> Segment:
        """Record who is in a segment now, whatever its schedule; the last to begin takes over."""
        segment = await self._segments.claim(segment_id)
        if segment is None:
            raise SegmentNotFoundError
        return await self._refreshed(segment)

    async def members_at(self, segment: Segment, moment: datetime) -> frozenset[str]:
        """Who was in a segment at a moment of its history; merged ones as whom they are now."""
        last = segment.refreshing.last
        if last is None or not last.since <= moment <= last.at:
            raise SegmentHistoryError((last.since, last.at) if last else None)
        members = await self._memberships.at(segment.id, moment)
        if segment.kind is not ProfileKind.USER:
            return frozenset(members)
        return frozenset((await self._leads(members)).values())

    async def changes(
        self, segment_id: str, change: Change, during: TimeRange | None, request: PageRequest
    ) -> Page:
        """A page of those who entered or left, the newest first."""
        return await self._memberships.changes(segment_id, change, during, request)

    async def count(self, segment_id: str, change: Change, during: TimeRange | None) -> int:
        """How many entered or left."""
        return await self._memberships.count(segment_id, change, during)

    async def _run(self) -> None:
        while segment := await self._segments.claim_due(now=self._clock(), until=CLAIM):
            try:
                await self._refreshed(segment)
            except Exception as error:  # noqa: BLE001  # the next segment may do better
                log.warning("segment_not_refreshed", segment=segment.id, error=str(known(error)))

    async def _refreshed(self, segment: Segment) -> Segment:
        """The claim is looked at after the clock: whoever takes over records a later time."""
        now, last = self._clock(), segment.refreshing.last
        asked = Asked(segment.kind, segment=segment_id_of(segment.id))
        members = await self._lists.ids(asked, now=now)
        present = await self._present(segment, members)
        for part in _parts(present - members):
            await self._check_claim(segment)
            await self._memberships.leave(segment.id, part, at=now)
        for part in _parts(members - present):
            await self._check_claim(segment)
            await self._memberships.enter(segment.id, part, at=now, initial=last is None)
            await self._forget_erased(part, segment.kind)
        refreshed = Refreshed(now, len(members), last.since if last else now)
        stored = await self._segments.refreshed(segment, refreshed)
        if stored is None:
            raise await self._overtaken(segment)
        return stored

    async def _present(self, segment: Segment, members: set[str]) -> set[str]:
        """Whom the last refresh found; those who were merged stay on as whom they are now."""
        present = await self._memberships.present(segment.id)
        if segment.kind is not ProfileKind.USER:
            return present
        leads = await self._leads(present - members)
        moved = {one: root for one, root in leads.items() if one != root and root in members}
        await self._check_claim(segment)
        await self._memberships.move(segment.id, moved)
        return present - moved.keys() | set(moved.values())

    async def _leads(self, members: Iterable[str]) -> dict[str, str]:
        """Whom each of them has become."""
        leads: dict[str, str] = {}
        for part in _parts(members):
            leads |= await self._profiles.roots(part)
        return leads

    async def _forget_erased(self, members: Sequence[str], kind: ProfileKind) -> None:
        """Who was erased since it was found out who is in the segment has no stay again."""
        if kind is ProfileKind.USER:
            standings = await self._profiles.standings(members)
            for one in (one for one, standing in standings.items() if standing.deleted):
                await self._memberships.erase({"_id": one})

    async def _check_claim(self, segment: Segment) -> None:
        if not await self._segments.is_claimed(segment):
            raise await self._overtaken(segment)

    async def _overtaken(self, segment: Segment) -> InputError:
        """Why the refresh cannot end: another one has begun, or the segment is gone."""
        if await self._segments.with_ids([segment.id]):
            return SegmentRefreshingError()
        await self._memberships.forget(segment.id)
        return SegmentNotFoundError()


def _parts(members: Iterable[str]) -> Iterator[list[str]]:
    left = iter(members)
    while part := list(islice(left, _PART)):
        yield part


def _tell(running: asyncio.Task[None]) -> None:
    """Nobody waits for the end of a run; what is due is claimed again at the next one."""
    error = None if running.cancelled() else running.exception()
    if isinstance(error, Exception):
        log.warning("refreshes_will_go_on", error=str(known(error)))
