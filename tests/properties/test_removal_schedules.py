"""People are erased, and months go by, while processes are killed: what is gone stays gone.

The schedules are those of ``test_protocol_schedules``; everything that is sent happened before
anybody was erased, so nobody who was erased may come back. ``REMOVAL_SCHEDULES`` sets how many.
"""

import asyncio
import os
from collections.abc import Coroutine
from random import Random
from typing import Any

import pytest

from app.erasure.model import pseudonym
from app.errors import RetryError
from app.events.stored import Entry
from app.identity.model import IdentityPolicy
from app.services import Services
from app.storage.client import connect
from migrations.runner import migrate
from tests.auditing import assert_audit_finds_nothing
from tests.faults import Killed
from tests.living import World
from tests.properties.test_protocol_schedules import ACCOUNT_BYTES, Schedule, define_sums
from tests.truth import assert_equal_to_ledger

pytestmark = pytest.mark.usefixtures("drawn_from_the_seed")

SCHEDULES = int(os.environ.get("REMOVAL_SCHEDULES", "40"))


@pytest.mark.parametrize("seed", range(SCHEDULES))
async def test_who_was_erased_stays_erased_under_any_schedule(seed: int) -> None:
    schedule, world = await begun(seed)
    sent = await sending(schedule, _erase(schedule), _erase(schedule))

    schedule.clock.advance(minutes=5)
    await recovered(world.services)
    await assert_nobody_is_back(schedule, world)
    gone = set(sent) - {sent_as(one) for one in await world.entries()}
    erased = await erased_identifiers(schedule, world)
    innocent = {one for one in gone if not erased & sent[one]}
    assert not innocent, "an event of somebody else is gone"
    assert not [one for one in await world.documents("erasures") if "finished_at" not in one]
    await assert_equal_to_ledger(world)
    await assert_audit_finds_nothing(world)


@pytest.mark.parametrize("seed", range(SCHEDULES))
async def test_what_expires_goes_as_a_whole_under_any_schedule(seed: int) -> None:
    schedule, world = await begun(seed)
    sent = await sending(schedule, _wait_for_months(schedule))

    schedule.clock.advance(days=40)
    await recovered(world.services)
    schedule.clock.advance(minutes=2)
    await recovered(world.services)
    assert {sent_as(one) for one in await world.entries()} <= set(sent)
    assert len(await world.living()) == await world.services.profiles.count()
    await assert_equal_to_ledger(world)
    await assert_audit_finds_nothing(world)


async def begun(seed: int) -> tuple[Schedule, World]:
    """A schedule, and its database as a process sees it to which nothing happens."""
    random, store = Random(seed), connect(None, "schedule")
    schedule = Schedule(
        random,
        store,
        policy=random.choice(list(IdentityPolicy)),
        max_identifiers=random.choice([3, 1000]),
        max_account_bytes=random.choice(ACCOUNT_BYTES),
    )
    _ = [step async for step in migrate(store, now=schedule.clock.now)]
    world = World(store, schedule.services(store), schedule.clock)
    await define_sums(world)
    return schedule, world


async def sending(schedule: Schedule, *beside: Coroutine[Any, Any, None]) -> dict[str, set[str]]:
    """Send random batches while other things go on; the identifiers of all events."""
    batches = schedule.batches()
    queue = batches + [batch for batch in batches if schedule.random.random() < 0.5]
    schedule.random.shuffle(queue)
    clients = [schedule.client(queue) for _ in range(3)]
    for one in [asyncio.create_task(each) for each in (*clients, *beside)]:
        await one
    named: dict[str, set[str]] = {}
    for event in (event for batch in batches for event in batch):
        who = {f"{one.type}:{one.value}" for one in event.identifiers or ()}
        who |= {f"user_id:{event.user_id}"} if event.user_id else set()
        who |= {f"cookie_id:{event.cookie_id}"} if event.cookie_id else set()
        named.setdefault((event.id or "").partition("/")[0], set()).update(who)
    return named


async def _erase(schedule: Schedule) -> None:
    """Erase somebody, by a process that may die of it."""
    for _ in range(schedule.random.randrange(300)):
        await asyncio.sleep(0)
    process, services = schedule.process()
    process.kill = 0.02
    living = {"merged_into": None, "deleted": None, "created_at": {"$exists": True}}
    found = await schedule.database["profiles"].find(living, {"_id": 1}).to_list()
    if not found:
        return
    someone = schedule.random.choice(found)["_id"]
    try:
        await services.erasure.erase(someone, now=schedule.clock.now)
    except (Killed, RetryError):
        return


async def _wait_for_months(schedule: Schedule) -> None:
    """Let a month go by, twice."""
    for _ in range(2):
        for _ in range(schedule.random.randrange(300)):
            await asyncio.sleep(0)
        schedule.clock.advance(days=32)
        process, services = schedule.process()
        process.kill = process.sleep = 0
        await services.recover()
        await services.close()


def sent_as(entry: Entry) -> str:
    """The id that an event was sent with; versions of a view stand under its own."""
    return entry.event.id.partition("/")[0]


async def erased_identifiers(schedule: Schedule, world: World) -> set[str]:
    """Those of all identifiers that events are kept out by."""
    settings = await world.database["settings"].find_one({"_id": "erasures"})
    if settings is None:
        return set()
    known = {name for one in await world.documents("erasures") for name in one["hashes"]}
    names = [f"{kind}:i{n}" for kind in ("cookie_id", "user_id") for n in range(10)]
    return {one for one in names if pseudonym(one, bytes(settings["key"])) in known}


async def assert_nobody_is_back(schedule: Schedule, world: World) -> None:
    """Nothing that is stored names anybody who was erased."""
    erased = await erased_identifiers(schedule, world)
    for event in await world.documents("events"):
        if "broken" in event:
            continue  # one that broke in the same moment
        own = set(event["identifiers"]) - set(event.get("apart", ()))
        assert not erased & own, "an event is back"
    for fold in (await world.folds()).values():
        assert not erased & fold.identifiers, "a person is back"


async def recovered(services: Services) -> None:
    while await services.recover():
        pass
    await services.backfill.start()
    assert not await services.recover()
