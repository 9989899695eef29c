"""What a definition that comes or goes entails: filling it from stored events, sweeping it away.

Both are queued with the definition itself and done in the background by one process at a time,
which holds the lane ``backfill``. When it dies, another one goes on after a lease.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog

from app.attributes.model import AttributeDefinition, Backfill
from app.attributes.service import AttributeService, NewAttribute
from app.attributes.work_repository import WorkRepository
from app.errors import InputError
from app.ingestion.filling import LANE, Filler
from app.ingestion.lanes import Lane, LaneRepository
from app.ingestion.pool import Clock
from app.ingestion.sweeping import Sweeper
from app.storage.ending import end
from app.storage.faults import known

_PAUSE = 0.05

log = structlog.get_logger(__name__)


class BackfillService:
    """Defines and deletes attributes, and does what is left to do for them."""

    def __init__(  # the composition root names each
        self,
        *,
        attributes: AttributeService,
        work: WorkRepository,
        filler: Filler,
        sweeper: Sweeper,
        lanes: LaneRepository,
        owner: str,
        clock: Clock,
    ) -> None:
        self._attributes = attributes
        self._work = work
        self._filler = filler
        self._sweeper = sweeper
        self._lanes = lanes
        self._owner = owner
        self._clock = clock
        self._asked = False
        self._running: asyncio.Task[None] | None = None

    async def define(
        self, new: NewAttribute, *, backfill: bool, now: datetime
    ) -> AttributeDefinition:
        """Add an attribute; filling it from stored events goes on in the background."""
        definition = await self._attributes.create(new, now=now, waiting=backfill)
        self.start()
        return definition

    async def define_together(
        self, new: Iterable[NewAttribute], *, now: datetime
    ) -> list[InputError]:
        """Add attributes that are filled in one pass; those that break a rule are told instead."""
        refused = await self._attributes.create_together(new, now=now)
        self.start()
        return refused

    async def delete(self, definition_id: str) -> None:
        """Delete an attribute; sweeping its values away goes on in the background."""
        await self._attributes.delete(definition_id)
        self.start()

    async def progress(self, ids: Iterable[str]) -> dict[str, Backfill]:
        """How far the back-fills of these definitions are, where one was asked for."""
        return await self._work.backfills(ids)

    def start(self) -> asyncio.Task[None]:
        """Do all that waits, in the background."""
        self._asked = True  # also seen by a run that is about to end
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
            self._running.add_done_callback(_tell)
        return self._running

    async def close(self) -> None:
        """Stop; what is left waits for the next start."""
        if self._running:
            await end(self._running)
            await self._lanes.disown(LANE, owner=self._owner)

    async def _run(self) -> None:
        while self._asked:
            self._asked = False
            while await self._turn():
                pass

    async def _turn(self) -> bool:
        """Do the oldest work, or wait for the process that is at it; False if there is none.

        Back-fills come in the order of their versions, since one guard remembers the last.
        """
        waiting, sweeping = await self._work.left()
        if not waiting and not sweeping:
            return False
        lane = await self._take()
        if lane is None:
            await asyncio.sleep(_PAUSE)
        elif waiting:
            await self._fill(waiting)
        else:
            await self._sweeper.sweep(sweeping[0], stay=self._stay)
        if lane:
            await self._lanes.release(lane)
        return True

    async def _fill(self, waiting: list[str]) -> None:
        catalogue = await self._attributes.current()
        known = [one for key in waiting if (one := catalogue.by_id(key))]
        if known:  # else it has just been deleted
            await self._filler.fill(_together(known), stay=self._stay)

    async def _take(self) -> Lane | None:
        return await self._lanes.take(LANE, owner=self._owner, now=self._clock())

    async def _stay(self) -> bool:
        return await self._take() is not None


def _together(waiting: Sequence[AttributeDefinition]) -> list[AttributeDefinition]:
    """Those that came with the first one, for the same documents: what one pass fills."""
    first = waiting[0]
    return [one for one in waiting if (one.since, one.kind) == (first.since, first.kind)]


def _tell(running: asyncio.Task[None]) -> None:
    """Nobody waits for the end of a run; what failed is tried again at the next recovery."""
    error = None if running.cancelled() else running.exception()
    if isinstance(error, Exception):
        log.warning("back_fill_will_go_on", error=str(known(error)))
