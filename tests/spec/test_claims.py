"""Identifiers that a batch claimed for a profile that never came are free again."""

import asyncio
from dataclasses import dataclass, field

import pytest

from app.events.wire import EventInput
from app.identity.model import IdentityPolicy
from app.ingestion.outcome import Outcome
from app.removal.model import Reason
from app.services import compose
from app.settings import Settings
from tests.building import about
from tests.faults import Killed
from tests.living import World
from tests.steps import Moment, Point, observed
from tests.truth import assert_equal_to_ledger

C1, C2, U1 = "cookie_id:c1", "cookie_id:c2", "user_id:u1"
CLAIMED: Point = ("identifiers.claim", "after")


@dataclass
class Stop:
    """Keeps a process at a point; then it goes on, or is killed there or at a later one."""

    point: Point
    dies_at: Point | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def at(self, step: str, moment: Moment) -> None:
        if (step, moment) == self.point and not self.reached.is_set():
            self.reached.set()
            await self.woken.wait()
        if (step, moment) == self.dies_at:
            raise Killed


def watched(world: World, stop: Stop) -> World:
    """Another process, kept at a point."""
    services = compose(observed(world.database, stop), Settings(), world.clock)
    return World(world.database, services, world.clock)


async def stopped(world: World, stop: Stop, event: EventInput) -> asyncio.Task[Outcome]:
    """A batch of another process, which stands at its point now."""
    going = asyncio.create_task(watched(world, stop).ingest(event))
    reached = asyncio.create_task(stop.reached.wait())
    await asyncio.wait([going, reached], return_when=asyncio.FIRST_COMPLETED)
    assert reached.done(), "the batch does not come by this point"
    return going


async def die(
    world: World, point: Point, *named: str, policy: IdentityPolicy | None = None
) -> None:
    """Another process is killed at a point of a batch with one event."""
    stop = Stop(point, dies_at=point)
    stop.woken.set()
    with pytest.raises(Killed):
        await watched(world, stop).ingest(about("e1", *named), policy=policy)


async def recovered(world: World) -> World:
    """A new process, once the leases of all others are over and it has done what is left to do."""
    world.clock.advance(minutes=5)
    heir = world.another_process()
    while await heir.services.recover():
        pass
    return heir


async def names_of(world: World) -> set[str]:
    """The identifiers that anything but the ledger knows."""
    marks = {mark for one in await world.documents("profiles") for mark in one.get("marks") or ()}
    return marks | (await world.registry()).keys()


@pytest.mark.parametrize(
    ("point", "policy"),
    [
        (CLAIMED, IdentityPolicy.MERGE_ALL),
        (CLAIMED, IdentityPolicy.FIRST_USER_WINS),
        (("events.store", "before"), IdentityPolicy.MERGE_ALL),
        (("profiles.mark", "after"), IdentityPolicy.FIRST_USER_WINS),
    ],
)
async def test_identifiers_of_a_batch_that_stored_nothing_are_free_after_recovery(
    world: World, point: Point, policy: IdentityPolicy
) -> None:
    await die(world, point, C1, U1, policy=policy)
    assert await names_of(world)

    await recovered(world)

    assert await names_of(world) == set()


async def test_event_sent_again_after_recovery_counts_once(world: World) -> None:
    await die(world, CLAIMED, C1, U1)
    heir = await recovered(world)

    await heir.ingest(about("e1", C1, U1))

    assert (await heir.the_fold()).identifiers == {C1, U1}
    await assert_equal_to_ledger(heir)


async def test_event_stored_before_the_process_died_makes_its_profile(world: World) -> None:
    await die(world, ("events.store", "after"), C1, U1)

    heir = await recovered(world)

    assert (await heir.the_fold()).identifiers == {C1, U1}
    await assert_equal_to_ledger(heir)


@pytest.mark.parametrize(
    "point",
    [
        ("events.store", "before"),
        ("events.store", "after"),
        ("lanes.commit", "after"),
        ("profiles.write", "before"),
    ],
)
async def test_process_that_found_freed_identifiers_meanwhile_loses_nothing(
    world: World, point: Point
) -> None:
    await die(world, CLAIMED, C1, U1)
    world.clock.advance(seconds=10)
    stop = Stop(point)
    going = await stopped(world, stop, about("e2", C1, C2, account={"id": "a1"}))

    world.clock.advance(seconds=10)  # the lease of the other one is over
    await world.another_process().services.recover()
    stop.woken.set()
    await going
    heir = await recovered(world)

    assert (await heir.the_fold()).identifiers >= {C1, C2}
    assert [one.event.id for one in await heir.entries()] == ["e2"]
    await assert_equal_to_ledger(heir)


async def test_identifiers_claimed_by_a_process_that_woke_up_late_and_died_are_freed(
    world: World,
) -> None:
    stop = Stop(("identifiers.claim", "before"), dies_at=CLAIMED)
    going = await stopped(world, stop, about("e1", C1, U1))
    await recovered(world)
    stop.woken.set()
    with pytest.raises(Killed):
        await going
    assert await names_of(world) == {C1, U1}

    await recovered(world)

    assert await names_of(world) == set()


async def test_identifier_claimed_for_a_profile_that_was_removed_meanwhile_is_freed(
    world: World,
) -> None:
    await world.ingest(about("e0", C1))
    (known,) = await world.living()
    stop = Stop(("identifiers.claim", "before"), dies_at=CLAIMED)
    going = await stopped(world, stop, about("e1", C1, U1))
    await world.services.removal.remove(known["_id"], Reason.EXPIRED, now=world.clock.now)
    stop.woken.set()
    with pytest.raises(Killed):
        await going
    assert await names_of(world) == {U1}

    await recovered(world)

    assert await names_of(world) == set()


async def test_identifiers_of_an_event_that_somebody_else_stored_first_are_freed(
    world: World,
) -> None:
    stop = Stop(CLAIMED)
    going = await stopped(world, stop, about("e1", C1))
    await world.ingest(about("e1", C2))
    stop.woken.set()

    await going

    assert await names_of(world) == {C2}
    await assert_equal_to_ledger(world)


async def test_profile_that_was_taken_apart_keeps_its_identifiers_without_events(
    world: World,
) -> None:
    await world.ingest(about("e0", C1, U1))
    (known,) = await world.living()
    await world.services.unmerging.unmerge(known["_id"], [C1], now=world.clock.now)
    await die(world, CLAIMED, C1, C2)

    heir = await recovered(world)

    assert {C1, U1} <= (await heir.registry()).keys()
    await assert_equal_to_ledger(heir)
