"""A process of the service that takes batches until it has none, is killed, or sleeps too long."""

import asyncio
import os
import signal
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from random import Random
from typing import Literal

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.errors import InputError, RetryError
from app.logs import configure_logs
from app.services import Services, compose, utc_now
from app.settings import Settings
from app.storage.client import close, connect
from app.storage.ending import end
from app.values import DataType
from tests.steps import Moment, Point, observed
from tests.torture.history import Batch

SETTINGS = Settings(ingestion_lanes=2, mongodb_uri=None)
LANES = 12
LEASE = timedelta(seconds=1)
LATE = "late"
"""The attribute that comes and goes while all this happens."""

News = tuple[Literal["acknowledged", "reached", "dies", "failed"], object]


@dataclass(frozen=True)
class Task:
    """What one process is to do, and where it has to die: anywhere but where others did."""

    uri: str
    database: str
    seed: int
    batches: list[Batch]
    survived: frozenset[Point] | None = None
    """Points at which this process lives on; None: it lives on everywhere."""
    redefines: bool = False
    """Whether it also defines, fills and deletes an attribute."""


class Fate:
    """Ends the process at the first point of its task."""

    def __init__(self, task: Task, told: Connection) -> None:
        self._task = task
        self._told = told
        self._reached: set[Point] = set()

    async def at(self, step: str, moment: Moment) -> None:
        point = (step, moment)
        if self._task.survived is None:
            return
        if point not in self._reached:
            self._reached.add(point)
            self._told.send(("reached", point))
        if point not in self._task.survived:
            self._told.send(("dies", point))
            os.kill(os.getpid(), signal.SIGKILL)


def work(task: Task, told: Connection) -> None:
    """The whole life of a process."""
    configure_logs("json", "error")
    try:
        asyncio.run(_work(task, told))
    except Exception:  # noqa: BLE001  # the parent raises it
        told.send(("failed", traceback.format_exc()))


async def _work(task: Task, told: Connection) -> None:
    database = connect(task.uri, task.database)
    services = compose(
        observed(database, Fate(task, told)), SETTINGS, lanes_total=LANES, lease=LEASE
    )
    recovering = asyncio.create_task(_recover(services))
    batches = iter(task.batches)
    clients = [_send(services, batches, told) for _ in range(3)]
    await asyncio.gather(*clients, _redefine(services, Random(task.seed), task))
    await end(recovering)
    await services.close()
    await close(database)


async def _recover(services: Services) -> None:
    while True:
        await services.recover()
        await asyncio.sleep(LEASE.total_seconds() / 4)


async def _send(services: Services, batches: Iterable[Batch], told: Connection) -> None:
    for number, events in batches:
        while True:
            try:
                await services.ingestion.ingest(events)
            except RetryError:
                await asyncio.sleep(0.05)
            else:
                told.send(("acknowledged", number))
                break


async def _redefine(services: Services, random: Random, task: Task) -> None:
    """Another process may be doing the same, so anything may be there already, or be gone."""
    if not task.redefines:
        return
    aggregation = random.choice([Aggregation.SUM, Aggregation.LIST, Aggregation.MAX])
    new = NewAttribute(ProfileKind.USER, LATE, DataType.NUMBER, aggregation)
    known = (await services.attributes.current()).get(ProfileKind.USER, LATE)
    try:
        if known is None:
            await services.backfill.define(new, backfill=True, now=utc_now())
        elif random.random() < 0.5:
            await services.backfill.delete(known.id)
    except InputError:
        return
    await services.backfill.start()
