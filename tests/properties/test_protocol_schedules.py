"""Every event counts exactly once, whatever crashes, sleeps, repeats or comes in between.

Random schedules of the production code: several processes on one store, commands interleaved
document by document, processes killed between any two commands, leases that run out under
sleeping processes which wake up later, clients that send again. ``SCHEDULES`` sets how many.
With ``PYTHONHASHSEED=0`` the same seed gives the same schedule.
"""

import asyncio
import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import cast

import msgspec
import pytest

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.errors import RetryError, UnmergeRefusedError
from app.events.upserts import Version, parts
from app.events.wire import EventInput
from app.identity.model import IdentityPolicy, user_ids
from app.removal.model import MAX_ACCOUNT_BYTES
from app.services import Services, compose
from app.settings import Settings
from app.storage.client import Database, connect
from app.values import DataType
from migrations.runner import migrate
from tests.auditing import assert_audit_finds_nothing
from tests.building import about
from tests.faults import FaultyDatabase, Killed, Process
from tests.living import Clock, World
from tests.truth import assert_equal_to_ledger

pytestmark = pytest.mark.usefixtures("drawn_from_the_seed")

SCHEDULES = int(os.environ.get("SCHEDULES", "80"))
LANES = 3
LIVES = (
    [Aggregation.SUM],
    [Aggregation.SUM, Aggregation.LIST],
    [Aggregation.LIST, Aggregation.SUM],
    [Aggregation.MAX, Aggregation.FIRST_AND_LAST, Aggregation.SUM],
)
"""What the attribute that is added late keeps, in one life after the other."""

ACCOUNT_BYTES = (400, 600, MAX_ACCOUNT_BYTES)
"""What an account may have: that of some events, or of more than there are."""

SETTINGS = Settings(ingestion_lanes=2)


@dataclass
class Schedule:
    """One random history: what is sent, by whom, and what happens to the processes."""

    random: Random
    database: Database
    max_identifiers: int = 1000
    max_account_bytes: int = MAX_ACCOUNT_BYTES
    clock: Clock = field(default_factory=Clock)
    kills: int = 0
    sleeps: int = 0
    policy: IdentityPolicy = IdentityPolicy.MERGE_ALL

    def process(self) -> tuple[Process, Services]:
        """A process that may be killed or oversleep at any step."""
        process = Process(self.random, self.clock, kill=0.003, sleep=0.003)
        faulty = cast("Database", FaultyDatabase(self.database, process))
        return process, self.services(faulty)

    def services(self, database: Database) -> Services:
        """The services of a process."""
        return compose(
            database,
            SETTINGS,
            self.clock,
            lanes_total=LANES,
            max_identifiers=self.max_identifiers,
            max_account_bytes=self.max_account_bytes,
        )

    def batches(self) -> list[list[EventInput]]:
        kinds = ["cookie_id", "cookie_id", "user_id"]
        people = [f"{self.random.choice(kinds)}:i{n}" for n in range(self.random.randint(2, 7))]
        numbers = iter(range(1000))
        return [
            [
                event
                for _ in range(self.random.randint(1, 4))
                for event in self._events(people, next(numbers))
            ]
            for _ in range(self.random.randint(3, 7))
        ]

    def _events(self, people: list[str], number: int) -> list[EventInput]:
        if self.random.random() < 0.75:
            return [self._event(people, number)]
        return self._view(people, number)

    def _view(self, people: list[str], number: int) -> list[EventInput]:
        """A version of one of two views, which are sent again whenever they change."""
        who = dict(one.split(":") for one in self.random.sample(people, 2))
        constant = about(None, type="VIEW", time=5, name="/v", session_id="s1")
        properties = {"n": number, "late": number}
        view = msgspec.structs.replace(constant, identifiers=None, properties=properties, **who)
        return [*parts(view, Version(self.random.choice(["v1", "v2"]), number), constant)]

    def _event(self, people: list[str], number: int) -> EventInput:
        named = self.random.sample(people, self.random.randint(1, min(3, len(people))))
        return about(
            f"e{number}",
            *named,
            time=self.random.randint(0, 30),
            session_id=self.random.choice([None, "s1", "s2"]),
            account=self._account(number),
            properties={"n": number, "late": number},
        )

    def _account(self, number: int) -> dict[str, object] | None:
        if self.random.random() < 0.4:
            return None
        return {"id": self.random.choice(["a1", "a1", "a2"]), "n": number, "late": number}

    async def client(self, batches: list[list[EventInput]]) -> None:
        """Sends batches, each until it is acknowledged, to a new process when one has died."""
        process, services = self.process()
        while batches:
            batch = batches.pop()
            try:
                await services.recover()
                await services.ingestion.ingest(batch, policy=self.policy)
            except (Killed, RetryError):
                batches.insert(0, batch)
                self.clock.advance(seconds=1)  # clients wait before they send again
                await gone(services)
            if process.killed:
                self.kills += 1
                self.sleeps += process.slept
                process, services = self.process()
        await gone(services)


async def gone(services: Services) -> None:
    """Nothing of a process goes on; a dead one hands nothing over."""
    with suppress(Killed):
        await services.backfill.close()


@pytest.mark.parametrize("seed", range(SCHEDULES))
async def test_each_event_counts_exactly_once_under_any_schedule(seed: int) -> None:
    random = Random(seed)
    store = connect(None, "schedule")
    schedule = Schedule(
        random,
        store,
        policy=random.choice(list(IdentityPolicy)),
        max_identifiers=random.choice([2, 3, 1000]),
        max_account_bytes=random.choice(ACCOUNT_BYTES),
    )
    _ = [step async for step in migrate(store, now=schedule.clock.now)]
    calm = schedule.services(store)
    world = World(store, calm, schedule.clock)
    await define_sums(world)
    batches = schedule.batches()
    resent = [batch for batch in batches if random.random() < 0.5]

    queue = batches + resent
    random.shuffle(queue)
    clients = [asyncio.create_task(schedule.client(queue)) for _ in range(3)]
    if random.random() < 0.5:
        clients.append(asyncio.create_task(_define_late(schedule)))
    if random.random() < 0.5:
        clients.append(asyncio.create_task(_rebuild(schedule)))
    if random.random() < 0.5:
        clients.append(asyncio.create_task(_unmerge(schedule)))
    for client in clients:
        await client

    # what was acknowledged is recovered without anybody sending it again
    schedule.clock.advance(minutes=5)
    await _recovered(calm)
    sent = Counter(event.id for batch in batches for event in batch)
    assert {entry.event.id for entry in await world.entries()} == set(sent)
    await assert_equal_to_ledger(world)
    await assert_audit_finds_nothing(world)
    await assert_nothing_deleted_is_left(world)
    await assert_the_best_versions_are_shown(world)
    if schedule.policy is IdentityPolicy.FIRST_USER_WINS:
        folds = await world.folds()
        assert all(len(user_ids(fold.identifiers)) <= 1 for fold in folds.values())


async def define_sums(world: World) -> None:
    """Of people and of accounts: whatever counts twice, or not at all, shows in a sum.

    Accounts grow by a list.
    """
    for kind in (ProfileKind.USER, ProfileKind.ACCOUNT):
        await world.define("n", Aggregation.SUM, DataType.NUMBER, kind=kind)
    await world.define(
        "all", Aggregation.LIST, DataType.NUMBER, kind=ProfileKind.ACCOUNT, event_field="account.n"
    )


async def _define_late(schedule: Schedule) -> None:
    """Attributes that are added, and filled together, while all this goes on.

    Maybe one is deleted again, filled or not, and another one takes its name.
    """
    for _ in range(20):
        await asyncio.sleep(0)
    process, services = schedule.process()
    process.kill = process.sleep = 0
    process.tick = 1000  # it waits for leases to run out
    kind = schedule.random.choice([ProfileKind.USER, ProfileKind.ACCOUNT])
    for life, aggregation in enumerate(schedule.random.choice(LIVES)):
        if known := (await services.attributes.current()).get(kind, "late"):
            await services.backfill.delete(known.id)
        field = "late" if kind is ProfileKind.USER else "account.late"
        new = NewAttribute(kind, "late", DataType.NUMBER, aggregation, event_field=field)
        more = replace(new, name=f"late_{life}", aggregation=Aggregation.SUM)
        refused = await services.backfill.define_together([new, more], now=schedule.clock.now)
        assert refused == []
        for _ in range(schedule.random.choice([0, 20, 200])):
            await asyncio.sleep(0)
    await services.backfill.start()
    await services.close()


async def _unmerge(schedule: Schedule) -> None:
    """Profiles are taken apart while all this goes on, by processes that may die of it."""
    world = World(schedule.database, compose(schedule.database, SETTINGS), schedule.clock)
    for _ in range(schedule.random.randint(1, 3)):
        for _ in range(schedule.random.choice([5, 50, 200])):
            await asyncio.sleep(0)
        several = [one for one in await world.living() if len(one.get("identifiers", ())) > 1]
        if several:
            chosen = schedule.random.choice(several)
            named = chosen["identifiers"]
            leaving = schedule.random.sample(named, schedule.random.randint(1, len(named) - 1))
            process, services = schedule.process()
            process.tick = 1000  # it waits for batches of the dead
            with suppress(Killed, RetryError, UnmergeRefusedError):
                await services.unmerging.unmerge(chosen["_id"], leaving, now=schedule.clock.now)


async def _rebuild(schedule: Schedule) -> None:
    """Documents are rebuilt while all this goes on, by processes that may die of it."""
    world = World(schedule.database, compose(schedule.database, SETTINGS), schedule.clock)
    collections = {
        ProfileKind.USER: "profiles",
        ProfileKind.SESSION: "sessions",
        ProfileKind.ACCOUNT: "accounts",
    }
    for _ in range(15):
        await asyncio.sleep(0)
        kind = schedule.random.choice(list(collections))
        if documents := await world.documents(collections[kind]):
            _, services = schedule.process()
            chosen = schedule.random.choice(documents)["_id"]
            with suppress(Killed, RetryError):
                await services.rebuilder.rebuild(kind, chosen)


async def assert_nothing_deleted_is_left(world: World) -> None:
    """Every state in a document belongs to an attribute that there is."""
    catalogue = await world.services.attributes.current()
    for kind, name in ((ProfileKind.USER, "profiles"), (ProfileKind.ACCOUNT, "accounts")):
        known = {one.stored_as for one in catalogue.of_kind(kind)}
        for document in await world.documents(name):
            assert document.get("attributes", {}).keys() <= known


async def assert_the_best_versions_are_shown(world: World) -> None:
    """One of each view, the highest that somebody is known by."""
    shown = Counter[str]()
    best: dict[str, int] = {}
    for one in await world.documents("events"):
        if "part" in one and not one["part"]["counts"]:
            view_id, version = one["part"]["of"], one["sequence"]
            best[view_id] = max(best.get(view_id, 0), version)
            shown[f"{view_id}/{version}"] += one["type"] == "VIEW"
    assert +shown == {f"{view_id}/{version}": 1 for view_id, version in best.items()}


async def _recovered(services: Services) -> None:
    while await services.recover():
        pass
    await services.backfill.start()
    assert not await services.recover()
