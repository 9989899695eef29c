"""Sweeping profiles that have expired: one process at a time, and a few at a time.

Nobody sees an expired profile, swept or not. When it was updated only ever moves on, so what has
been looked at once needs no second look; each process looks at everything once, when it begins.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from app.ingestion.claims import ClaimService
from app.ingestion.lanes import LaneRepository
from app.ingestion.pool import Clock
from app.profiles.kept_repository import Cuts, KeptRepository
from app.removal.model import Reason
from app.removal.service import RemovalService

LANE = "retention"

PAUSE = timedelta(minutes=1)
"""How often profiles are looked for that have expired."""

FRESH = timedelta(seconds=5)
"""How long the list of those that are not swept yet holds."""

_STRETCH = 500

log = structlog.get_logger(__name__)


class RetentionService:
    """Removes what has expired, and knows what is still to be removed."""

    def __init__(
        self,
        *,
        kept: KeptRepository,
        removal: RemovalService,
        claims: ClaimService,
        lanes: LaneRepository,
        owner: str,
        clock: Clock,
    ) -> None:
        self._kept = kept
        self._removal = removal
        self._claims = claims
        self._lanes = lanes
        self._owner = owner
        self._clock = clock
        self._begun_at: datetime | None = None
        self._after: Cuts = {}
        self._hidden: tuple[datetime, list[str]] | None = None

    async def keep_up(self) -> int:
        """To be called now and then: sweeps once a minute; how many profiles were removed.

        So are those that never came, although identifiers were claimed for them.
        """
        now = self._clock()
        if self._begun_at is not None and now < self._begun_at + PAUSE:
            return 0
        lane = await self._lanes.take(LANE, owner=self._owner, now=now)
        if lane is None:
            return 0
        self._begun_at = now
        swept = await self._sweep(now) + await self._claims.sweep(now=now)
        await self._lanes.release(lane)
        return swept

    async def close(self, profiles: Iterable[str], /, *, now: datetime) -> set[str]:
        """Close those of these profiles that have expired; which they are.

        Their identifiers are free at once, for who sends them now; the rest is done later.
        """
        only, closed = self._kept.expired(now), set()
        for one in await self._kept.expired_among(profiles, now):
            if await self._removal.close(one, Reason.EXPIRED, now=now, only=only):
                await self._removal.release(one)
                closed.add(one)
        return closed

    async def hidden(self) -> list[str]:
        """Profiles that have expired and are not swept yet."""
        now = self._clock()
        if self._hidden is None or not self._hidden[0] <= now < self._hidden[0] + FRESH:
            found = await self._kept.next(after=await self._kept.swept(), now=now)
            self._hidden = now, found
        return self._hidden[1]

    async def _sweep(self, now: datetime) -> int:
        only, swept = self._kept.expired(now), 0
        while found := await self._kept.next(after=self._after, now=now, limit=_STRETCH):
            removed = [
                await self._removal.remove(one, Reason.EXPIRED, now=now, only=only) for one in found
            ]
            swept += sum(removed)
            if not await self._lanes.take(LANE, owner=self._owner, now=self._clock()):
                return swept
        self._after = self._kept.cuts(now)
        await self._kept.advance(self._after)
        if swept:
            log.info("profiles_expired", profiles=swept)
        return swept
