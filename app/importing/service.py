"""Importing a file: read, map, send in batches, wait for what is left half-way, report.

Memory is flat: one line at a time, and as many batches as are in flight. The same file may be
imported again after any interruption; nothing counts twice.
"""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Protocol

from app.attributes.service import AttributeService
from app.importing.attributes import create_missing
from app.importing.events import Batch, batches, read_events
from app.importing.files import Lines, open_lines
from app.importing.lanes import settle_lanes
from app.importing.mapping import ImportMapping
from app.importing.progress import Watcher
from app.importing.report import ImportReport
from app.importing.retry import persistently
from app.ingestion.backfill import BackfillService
from app.ingestion.lanes import LaneRepository
from app.ingestion.service import IngestionService
from app.storage.client import Database

IN_FLIGHT = 2
"""Batches under way at once: one is mapped and folded here while the store works on the other."""


class Services(Protocol):
    """The services that an import needs."""

    @property
    def database(self) -> Database: ...

    @property
    def attributes(self) -> AttributeService: ...

    @property
    def backfill(self) -> BackfillService: ...

    @property
    def ingestion(self) -> IngestionService: ...


@dataclass(frozen=True, slots=True)
class _Import:
    """An import under way."""

    services: Services
    lines: Lines
    progress: Watcher
    report: ImportReport
    started: float

    async def send(self, waiting: Iterator[Batch], stop: asyncio.Event | None) -> None:
        """Send batch after batch; several of these share the iterator."""
        for batch in waiting:
            await self._send(batch)
            if stop and stop.is_set():
                self.report.interrupted = True
                return

    async def settle(self) -> None:
        """Wait until the numbers are final."""
        lanes = LaneRepository(self.services.database)
        settling = partial(settle_lanes, lanes, self.services.ingestion, self.progress.say)
        self.report.settled = await persistently(settling, waiting=self._wait)
        await self.services.backfill.start()

    async def _send(self, batch: Batch) -> None:
        ingest = partial(self.services.ingestion.ingest, batch.events)
        outcome = await persistently(ingest, waiting=self._wait_with_batch)
        self.report.add(outcome, batch.lines)
        self.report.seconds = perf_counter() - self.started
        self.progress.advance(self.lines.read, self.lines.size, self.report)

    def _wait_with_batch(self, passing: Exception, delay: float) -> None:
        self.report.resent += 1
        self._wait(passing, delay)

    def _wait(self, passing: Exception, delay: float) -> None:
        self.progress.say(f"{passing} Trying again in {delay:g} s.")


async def import_file(
    path: Path,
    mapping: ImportMapping,
    services: Services,
    *,
    progress: Watcher,
    now: datetime,
    stop: asyncio.Event | None = None,
) -> ImportReport:
    """Import a file; ``stop`` ends it after the batches in flight.

    ``MappingError`` before anything is changed; ``OSError`` for a file that cannot be read.
    """
    report = ImportReport()
    with open_lines(path) as lines:
        waiting = batches(read_events(path, lines, mapping))
        report.attributes = await create_missing(
            mapping.attributes, services.attributes, services.backfill, now=now
        )
        work = _Import(services, lines, progress, report, perf_counter())
        await _together([work.send(waiting, stop) for _ in range(IN_FLIGHT)])
        if not report.interrupted:
            await work.settle()
    return report


async def _together(sending: Sequence[Coroutine[None, None, None]]) -> None:
    """Run them at once; the first error ends all and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in sending:
                group.create_task(one)
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
