"""What killed processes leave half-way is finished before an import says that it is done."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from typing_extensions import override

from app.events.repository import Batch, EventRepository
from app.events.stored import Entry
from app.importing.lanes import settle_lanes
from app.importing.progress import Nobody
from app.ingestion.lanes import APPLYING, IDLE, STORING, LaneRepository
from app.services import compose
from app.settings import Settings
from app.storage.client import Database
from tests.building import an_accepted_event
from tests.conftest import URI
from tests.importing.files import a_table, orders, run, spent
from tests.living import World

ROOT = Path(__file__).parents[2]


WAITING = (
    "Another process is at work, or was stopped half-way. Its batches can be finished when "
    "its lease has run out: waiting up to 20 s."
)


class Patient(Nobody):
    """Hears that there is something to wait for, and lets the lease run out."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.heard: list[str] = []

    @override
    def say(self, message: str) -> None:
        self.heard.append(message)
        self._world.clock.advance(seconds=16)


async def _die_in(world: World, state: str) -> None:
    """A process takes a lane, stores a batch of two, and is gone before or after its commit."""
    lanes, now = LaneRepository(world.database), world.clock.now
    lane = await lanes.take("lane-77", owner="the dead", now=now)
    assert lane
    lane = await lanes.begin(lane, cohort="cohort", now=now)
    profile = (await world.registry())["user_id:u0"]
    events = [
        an_accepted_event(f"e{i}", cookie_id=None, user_id="u0", properties={"amount": 1})
        for i in (1, 2)
    ]
    version = (await world.services.attributes.current()).version
    batch = Batch(lane.name, lane.seq, version)
    await EventRepository(world.database).store([Entry(one, profile) for one in events], batch)
    if state == APPLYING:
        await lanes.commit(lane, now=now)


@pytest.mark.parametrize("state", [STORING, APPLYING])
async def test_an_import_waits_for_batches_of_dead_processes(
    world: World, tmp_path: Path, state: str
) -> None:
    # given
    path = a_table(tmp_path / "orders.csv", orders(10, users=1))
    await run(world, path)
    await _die_in(world, state)
    patient = Patient(world)

    # when
    report = await run(world, path, progress=patient)

    # then
    assert patient.heard == [WAITING]
    assert report.settled == 1
    assert all(lane["state"] == IDLE for lane in await world.documents("lanes"))
    assert len(await world.entries()) == 12
    assert await spent(world) == {"u0": "3"}


class Listening(Nobody):
    """Remembers what was said."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @override
    def say(self, message: str) -> None:
        self.heard.append(message)


async def test_a_batch_that_is_not_taken_is_sent_again(world: World, tmp_path: Path) -> None:
    # given a service that refuses every second batch of two
    settings = Settings(ingestion_lanes=1, ingestion_queue=0)
    busy = World(world.database, compose(world.database, settings, world.clock), world.clock)
    listening = Listening()

    # when
    path = a_table(tmp_path / "orders.csv", orders(4000, users=1))
    report = await run(busy, path, progress=listening)

    # then
    refused = "0 batches are waiting already; send the batch again later. Trying again in 0.1 s."
    assert listening.heard[0] == refused
    assert report.resent == len(listening.heard)
    assert (report.accepted, report.duplicate) == (4000, 0)
    assert await spent(world) == {"u0": "400"}


class Working:
    """Recovers nothing; meanwhile another process goes on with its work."""

    def __init__(self, database: Database) -> None:
        self._lanes = database["lanes"]

    async def recover(self) -> int:
        await self._lanes.update_one({"_id": "lane-01"}, {"$inc": {"seq": 1}})
        return 0


async def test_a_process_that_goes_on_is_not_waited_for(database: Database) -> None:
    lane = {"_id": "lane-01", "owner": "x", "seq": 1, "state": "storing", "abandoned": []}
    await database["lanes"].insert_one(lane)
    heard: list[str] = []
    settling = settle_lanes(LaneRepository(database), Working(database), heard.append)
    assert await asyncio.wait_for(settling, 5) == 0
    assert len(heard) == 1


@pytest.mark.server
@pytest.mark.slow
async def test_kill_9_in_the_middle_and_a_second_import_are_exact(
    world: World, tmp_path: Path
) -> None:
    # given
    path = a_table(tmp_path / "orders.csv", orders(20_000, users=5))
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.importing.dying"),
        *(str(URI), world.database.name, str(path)),
        cwd=ROOT,
    )
    events = world.database["events"]
    while child.returncode is None and await events.count_documents({}) < 3000:  # noqa: ASYNC110  # another process
        await asyncio.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    await child.wait()
    assert 3000 <= await events.count_documents({}) < 20_000

    # when
    services = compose(world.database, Settings())  # with the clock that the killed one had
    report = await run(World(world.database, services, world.clock), path)

    # then
    assert (report.events, report.rejected) == (20_000, {})
    assert len(await world.entries()) == 20_000
    assert await spent(world) == {f"u{user}": "400" for user in range(5)}
