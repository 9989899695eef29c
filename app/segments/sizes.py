"""How many belong to segments: counted at most once a minute, and by few at the same time."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from cachetools import TTLCache

from app.segments.segment import Segment, segment_id_of
from app.segments.service import Asked, ListService

SECONDS = 60
"""How long a size is shown, with the moment it was true at."""

_AT_ONCE = 2
"""Counts of one process at the same time: each may keep the database busy for seconds."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many belonged to a segment at a moment."""

    members: int
    as_of: datetime


class SizeService:
    """Counts the members of segments."""

    def __init__(self, lists: ListService) -> None:
        self._lists = lists
        self._known: TTLCache[tuple[str, int], Size] = TTLCache(maxsize=10_000, ttl=SECONDS)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def size(self, segment: Segment, *, now: datetime) -> Size:
        """The size of a segment, a minute old at most."""
        key = (segment.id, segment.version)
        async with self._turns:
            if key not in self._known:
                asked = Asked(segment.kind, segment=segment_id_of(segment.id))
                self._known[key] = Size(await self._lists.count(asked, now=now), now)
            return self._known[key]
