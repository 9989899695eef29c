"""What stands in the database when everybody is gone: nothing lost, nothing counted twice."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from time import perf_counter

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.events.wire import EventInput
from app.services import Services, compose, utc_now
from app.settings import Settings
from app.storage.client import Database
from app.values import DataType
from migrations.runner import migrate
from tests.living import Clock, World, show
from tests.torture.worker import LANES, LEASE
from tests.truth import assert_equal_to_ledger

COUNTED = "counted"
"""An attribute that is 1 for each event, summed up."""


@dataclass(frozen=True)
class Verdict:
    """``lost``: acknowledged but not there, or not counted; ``doubled``: counted more than once."""

    events: int
    profiles: int
    lost: int
    doubled: int
    seconds_to_recover: float


async def prepared(database: Database) -> World:
    """A migrated database with the attribute that counts events."""
    async for _ in migrate(database, now=utc_now()):
        pass
    world = World(database, _compose(database), Clock(utc_now()))
    await world.define(COUNTED, Aggregation.SUM, DataType.NUMBER)
    return world


async def judged(world: World, acknowledged: Iterable[list[EventInput]]) -> Verdict:
    """Recover as a new process does once the leases are over, then look at every document."""
    await asyncio.sleep(LEASE.total_seconds())
    heir = World(world.database, _compose(world.database), Clock(utc_now()))
    seconds = await _recover(heir.services)
    await assert_equal_to_ledger(heir)
    ledger = {entry.event.id for entry in await heir.entries()}
    counted = await _counted(heir)
    promised = {event.id for batch in acknowledged for event in batch}
    return Verdict(
        events=len(ledger),
        profiles=len(await heir.folds()),
        lost=len(promised - ledger) + max(0, len(ledger) - counted),
        doubled=max(0, counted - len(ledger)),
        seconds_to_recover=seconds,
    )


def _compose(database: Database) -> Services:
    return compose(database, Settings(), lanes_total=LANES, lease=LEASE)


async def _recover(services: Services) -> float:
    began = perf_counter()
    while await services.recover():
        pass
    await services.backfill.start()
    return perf_counter() - began


async def _counted(world: World) -> int:
    """The sum of all profiles."""
    definition = (await world.services.attributes.current()).get(ProfileKind.USER, COUNTED)
    assert definition, "it was defined at the start"
    states = [one.attributes.get(definition.stored_as) for one in (await world.folds()).values()]
    return int(sum((show(*one) for one in states if one), Decimal()))
