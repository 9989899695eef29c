"""How many belong to segments: counted at most once a minute, and by few at the same time.

To count a list of a million rows takes longer than a query may: its size is shown as it was last
counted, first by the import itself, and counted anew in the background when that is long ago.
"""

import asyncio
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from cachetools import TTLCache

from app.segments.finding_repository import MANY_ROWS
from app.segments.rows.repository import RowRepository
from app.segments.segment import CsvList, Segment, segment_id_of
from app.segments.service import Asked, ListService

SECONDS = 60
"""How long a size is shown, with the moment it was true at."""

LONG_AGO = timedelta(minutes=10)
"""After that the size of a long list is counted anew when somebody asks for it."""

_AT_ONCE = 2
"""Counts of one process at the same time: each may keep the database busy for seconds."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Size:
    """How many belonged to a segment at a moment."""

    members: int
    as_of: datetime


class SizeService:
    """Counts the members of segments."""

    def __init__(self, lists: ListService, rows: RowRepository) -> None:
        self._lists = lists
        self._rows = rows
        self._known: TTLCache[tuple[str, int], Size] = TTLCache(maxsize=10_000, ttl=SECONDS)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._counting: dict[str, asyncio.Task[None]] = {}

    async def size(self, segment: Segment, *, now: datetime) -> Size:
        """The size of a segment, a minute old at most; that of a long list may be older."""
        if isinstance(segment.source, CsvList):
            size = await self._remembered(segment, segment.source.contents, now)
            if size:
                return size
        key = (segment.id, segment.version)
        async with self._turns:
            if key not in self._known:
                self._known[key] = Size(await self._count(segment, now), now)
            return self._known[key]

    async def settled(self) -> None:
        """Wait for what is being counted in the background."""
        await asyncio.gather(*self._counting.values())

    async def close(self) -> None:
        """Stop counting."""
        counting = list(self._counting.values())
        for one in counting:
            one.cancel()
        await asyncio.gather(*counting, return_exceptions=True)

    async def _remembered(self, segment: Segment, contents: str, now: datetime) -> Size | None:
        stored = await self._rows.size(contents)
        if stored is None or not await self._rows.has(contents, MANY_ROWS):
            return None
        size = Size(*stored)
        if now - size.as_of > LONG_AGO and contents not in self._counting:
            # A context of its own: the time of the query that asks does not limit it.
            counting = asyncio.create_task(
                self._count_anew(segment, contents, now), context=Context()
            )
            self._counting[contents] = counting
        return size

    async def _count_anew(self, segment: Segment, contents: str, now: datetime) -> None:
        try:
            async with self._turns:
                members = await self._count(segment, now)
            await self._rows.resize(contents, members, at=now)
        except Exception as error:  # noqa: BLE001  # whoever asks next tries again
            log.warning("count_failed", segment=segment.name, error=str(error))
        finally:
            del self._counting[contents]

    async def _count(self, segment: Segment, now: datetime) -> int:
        return await self._lists.count(
            Asked(segment.kind, segment=segment_id_of(segment.id)), now=now
        )
