"""An attribute is deleted while a slow process writes under the older definitions.

The process is held before each of its commands in turn, until the deletion has done all that it
does without it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from random import Random
from typing import cast

import pytest
from typing_extensions import override

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.services import Services, compose
from app.settings import Settings
from app.storage.client import Database
from app.values import DataType
from tests.building import about
from tests.faults import FaultyDatabase, Process
from tests.living import World, show
from tests.truth import assert_equal_to_ledger

PATIENCE = 0.05
"""Seconds for what does not wait for the slow process."""

FEW = 5
"""Fewer commands than any work has."""

Work = Callable[[World, Services], Awaitable[None]]
Change = Callable[[World], Awaitable[None]]


class SlowProcess(Process):
    """A process that stops before one of its commands until it is told to go on."""

    def __init__(self, world: World, *, stop: int) -> None:
        super().__init__(Random(0), world.clock, kill=0, sleep=0)
        self.left = stop
        self.stopped = asyncio.Event()
        self.released = asyncio.Event()

    @override
    async def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.stopped.set()
            await self.released.wait()


async def ingest(world: World, slow: Services) -> None:
    """A batch that feeds the attribute, and joins two profiles that have it."""
    event = about("e3", "cookie_id:c1", "user_id:u1", time=30, properties={"price": 4})
    await slow.ingestion.ingest([event])


async def merge(world: World, slow: Services) -> None:
    """The same profiles are joined by hand."""
    one, other = [document["_id"] for document in await world.living()]
    await slow.merging.merge(one, other, now=world.clock.now)


async def delete(world: World) -> None:
    """Delete the attribute, if there is one."""
    if known := (await world.services.attributes.current()).get(ProfileKind.USER, "price"):
        await world.services.backfill.delete(known.id)


async def replace(world: World) -> None:
    """Another attribute takes its name."""
    await delete(world)
    new = NewAttribute(ProfileKind.USER, "price", DataType.NUMBER, Aggregation.LIST)
    await world.services.backfill.define(new, backfill=True, now=world.clock.now)


async def prepare(world: World) -> None:
    """Two profiles with the attribute, and nothing else."""
    await world.forget()
    await delete(world)
    await world.define("price", Aggregation.SUM, DataType.NUMBER)
    await world.ingest(about("e1", "cookie_id:c1", time=10, properties={"price": 1}))
    await world.ingest(about("e2", "user_id:u1", time=20, properties={"price": 2}))


async def every_command(world: World, work: Work, change: Change) -> AsyncIterator[int]:
    """Make the change at each command of the work, each time anew; the number of the command."""
    for stop in count(1):
        await prepare(world)
        held = await while_held(world, work, change, stop=stop)
        yield stop
        if not held:
            break
    assert stop > FEW


async def while_held(world: World, work: Work, change: Change, *, stop: int) -> bool:
    """Make the change while the work is held; whether the work was so long."""
    process = SlowProcess(world, stop=stop)
    slow = compose(
        cast("Database", FaultyDatabase(world.database, process)), Settings(), world.clock
    )
    working = asyncio.ensure_future(work(world, slow))
    stopping = asyncio.ensure_future(process.stopped.wait())
    await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
    await change(world)
    following = world.services.backfill.start()
    await asyncio.wait([following], timeout=PATIENCE)
    process.released.set()
    await asyncio.gather(working, following)
    stopping.cancel()
    await slow.close()
    return process.stopped.is_set()


async def places(world: World) -> list[str]:
    """The fields of documents in which the attribute stands, in whichever life."""
    found = await world.documents("profiles")
    return [
        field for one in found for field in one.get("attributes", {}) if field.startswith("price")
    ]


@pytest.mark.parametrize("work", [ingest, merge])
async def test_nothing_of_it_is_left_in_the_documents(world: World, work: Work) -> None:
    async for stop in every_command(world, work, delete):
        assert await places(world) == [], f"held at command {stop}"


@pytest.mark.parametrize("work", [ingest, merge])
async def test_attribute_that_takes_its_name_counts_each_event_once(
    world: World, work: Work
) -> None:
    async for _ in every_command(world, work, replace):
        await assert_equal_to_ledger(world)
        [field] = await places(world)
        aggregation, entries = (await world.the_fold()).attributes[field]
        assert show(aggregation, entries) == [
            (one.event.time, one.event.properties["price"]) for one in await world.entries()
        ]


TOGETHER = [
    NewAttribute(ProfileKind.USER, name, DataType.NUMBER, Aggregation.SUM, event_field="price")
    for name in ("cost", "worth")
]


async def fill_together(world: World, slow: Services) -> None:
    """Attributes that came together are filled, unless somebody else is faster."""
    await slow.backfill.define_together(TOGETHER, now=world.clock.now)
    await slow.backfill.start()


async def delete_cost(world: World) -> None:
    """One of them is deleted, if it is there."""
    if known := (await world.services.attributes.current()).get(ProfileKind.USER, "cost"):
        await world.services.backfill.delete(known.id)


async def test_deletion_of_one_leaves_what_is_filled_with_it_right(world: World) -> None:
    async for stop in every_command(world, fill_together, delete_cost):
        world.clock.advance(minutes=5)
        await world.services.backfill.start()
        await assert_equal_to_ledger(world)
        catalogue = await world.services.attributes.current()
        worth = catalogue.get(ProfileKind.USER, "worth")
        assert worth, f"held at command {stop}"
        sums = [show(*one.attributes[worth.stored_as]) for one in (await world.folds()).values()]
        assert sorted(sums) == [1, 2], f"held at command {stop}"
        await delete_cost(world)
        await world.services.backfill.delete(worth.id)
        await world.services.backfill.start()
