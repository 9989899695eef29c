"""Limits: a profile that is over one is removed at once, kept for inspection, and begins anew."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.events.wire import EventInput
from app.paging import PageRequest
from app.removal.model import MAX_BYTES, Reason
from app.services import compose
from app.settings import Settings
from app.values import DataType
from tests.building import NOON, about, an_event
from tests.living import World
from tests.steps import Moment, observed
from tests.truth import assert_equal_to_ledger

U1 = "user_id:u1"


def cookies(first: int, last: int) -> list[str]:
    return [f"cookie_id:c{number}" for number in range(first, last)]


def crowd(who: str, names: list[str]) -> list[EventInput]:
    """Events that give one person all these identifiers."""
    return [about(f"{who}-{one}", f"user_id:{who}", one) for one in names]


async def sent(world: World, events: list[EventInput]) -> None:
    for first in range(0, len(events), 500):
        await world.ingest(*events[first : first + 500])


async def broken(world: World) -> list[dict[str, Any]]:
    return list((await world.services.removal.broken(PageRequest(50))).items)


async def sizes(world: World) -> list[int]:
    return [len(one.identifiers) for one in (await world.folds()).values()]


@pytest.mark.parametrize("batches", [[1000], [999, 1], [500, 500]], ids=str)
async def test_thousand_identifiers_are_fine(world: World, batches: list[int]) -> None:
    events = crowd("u1", cookies(0, 999))
    for count in batches:
        await sent(world, events[:count])
        events = events[count:]

    assert await sizes(world) == [1000]
    assert await broken(world) == []


async def test_one_identifier_more_is_broken(world: World) -> None:
    await sent(world, crowd("u1", cookies(0, 999)))
    await world.ingest(about("last", U1, "cookie_id:c999"))

    assert await world.living() == []
    assert await world.registry() == {}
    [record] = await broken(world)
    assert {name: record[name] for name in ("reason", "identifier_count", "removed_at")} == {
        "reason": "IDENTIFIERS",
        "identifier_count": 1001,
        "removed_at": NOON,
    }
    assert sorted(record["identifiers"]) == sorted([U1, *cookies(0, 1000)])
    assert record["attributes"]["user_id"]["v"] == "u1"
    await assert_equal_to_ledger(world)


async def test_one_batch_may_break_a_new_profile(world: World) -> None:
    await world.ingest(*crowd("u1", cookies(0, 1000)))

    assert await world.living() == []
    assert [one["identifier_count"] for one in await broken(world)] == [1001]


async def test_its_identifiers_start_anew_with_the_next_event(world: World) -> None:
    await world.ingest(*crowd("u1", cookies(0, 1000)))
    await world.ingest(about("new", U1, "cookie_id:c1", properties={"revenue": 5}))

    fold = await world.the_fold()
    assert fold.identifiers == {U1, "cookie_id:c1"}
    assert fold.attributes["total_revenue"][1] == Decimal(5)
    await assert_equal_to_ledger(world)


async def test_its_events_stay_and_are_not_counted_again(world: World) -> None:
    events = crowd("u1", cookies(0, 1000))
    await world.ingest(*events)

    outcome = await world.ingest(*events)

    assert (outcome.accepted, outcome.duplicate) == (0, 1000)
    assert await world.living() == []
    assert len(await world.entries()) == 1000
    assert {one.get("profile") for one in await world.documents("events")} == {None}


async def test_back_fill_does_not_bring_it_back(world: World) -> None:
    await world.ingest(*crowd("u1", cookies(0, 1000)))
    await world.ingest(about("new", U1, properties={"late": 1}))
    new = NewAttribute(ProfileKind.USER, "late", DataType.STRING, Aggregation.LIST)
    await world.services.backfill.define(new, backfill=True, now=NOON)
    await world.services.backfill.start()

    assert await sizes(world) == [1]
    await assert_equal_to_ledger(world)


class Breaking:
    """Lets the only profile break as soon as a batch is about to be applied to it."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def at(self, step: str, moment: Moment) -> None:
        if (step, moment) == ("profiles.write", "before"):
            for profile in await self._world.folds():
                await self._world.services.removal.remove(
                    profile, Reason.SIZE, now=self._world.clock.now
                )


async def test_what_is_on_its_way_when_it_breaks_counts_once_for_the_account(world: World) -> None:
    kind, number = ProfileKind.ACCOUNT, DataType.NUMBER
    await world.define("spent", Aggregation.SUM, number, kind=kind)
    watched = observed(world.database, Breaking(world))
    process = compose(watched, Settings(), world.clock)
    bought = [about("e1", U1, account={"id": "a", "spent": 5}, time=1)]
    later = [about("e2", U1, account={"id": "a", "spent": 7}, time=2)]

    await world.ingest(*bought)
    await process.ingestion.ingest(later)

    assert len(await broken(world)) == 1
    assert await world.shown("spent", kind=kind) == {"spent": 12}
    await assert_equal_to_ledger(world)


async def test_merge_of_600_and_600_is_broken(world: World) -> None:
    await sent(world, crowd("u1", cookies(0, 599)))
    await sent(world, crowd("u2", cookies(600, 1199)))
    assert await sizes(world) == [600, 600]

    await world.ingest(about("link", U1, "user_id:u2"))

    assert [one["identifier_count"] for one in await broken(world)] == [1200]
    assert list(await world.registry()) == [U1, "user_id:u2"]
    assert await sizes(world) == [2]  # the event that joined them begins the new one
    await assert_equal_to_ledger(world)


async def test_merge_of_600_and_600_by_hand_is_broken(world: World) -> None:
    await sent(world, crowd("u1", cookies(0, 599)))
    await sent(world, crowd("u2", cookies(600, 1199)))
    older, younger = sorted(await world.folds())

    await world.services.merging.merge_all(older, [younger], now=world.clock.now)

    assert await world.living() == []
    assert [one["_id"] for one in await broken(world)] == [older]
    await assert_equal_to_ledger(world)


async def test_merge_of_600_and_600_with_200_shared_is_fine(world: World) -> None:
    names = cookies(0, 1000)
    await sent(world, crowd("u1", names[:599]))
    await sent(world, [about(f"x{one}", one) for one in names[400:599]])
    await sent(world, [about(f"y{one}", names[600], one) for one in names[600:1000]])
    await world.ingest(about("link", U1, names[600]))

    assert await sizes(world) == [1000]
    assert await broken(world) == []


def text(number: int) -> str:
    return f"{number:04}".ljust(4000, "x")


async def test_profile_over_512_kib_is_broken(world: World) -> None:
    await world.define("notes", Aggregation.LIST)
    for number in range(131):
        await world.ingest(an_event(f"e{number}", number, properties={"notes": text(number)}))
        if await broken(world):
            break

    [record] = await broken(world)
    assert record["reason"] == "SIZE"
    assert MAX_BYTES < record["bytes"] < MAX_BYTES + 2 * 4096
    assert await world.living() == []
    await assert_equal_to_ledger(world)


async def test_profile_up_to_512_kib_is_fine(world: World) -> None:
    await world.define("notes", Aggregation.LIST)
    await world.ingest(*(an_event(f"e{n}", n, properties={"notes": text(n)}) for n in range(126)))

    assert await broken(world) == []
    assert await sizes(world) == [1]


async def test_unique_list_is_trimmed_before_its_size_counts(world: World) -> None:
    await world.define("seen", Aggregation.UNIQUE_LIST)
    for first in range(0, 6000, 1000):
        numbers = range(first, first + 1000)
        await world.ingest(
            *(an_event(f"e{n}", n, properties={"seen": f"{n}".ljust(100)}) for n in numbers)
        )

    assert await broken(world) == []
    [document] = await world.living()
    assert 1000 <= len(document["attributes"]["seen"]) < 6000
    shown = await world.shown("seen")
    assert [value.strip() for _, value in shown["seen"]] == [str(n) for n in range(1000)]
    await assert_equal_to_ledger(world)


async def test_it_is_removed_once_however_many_see_it(world: World) -> None:
    await sent(world, crowd("u1", cookies(0, 996)))
    workers = [world.another_process() for _ in range(4)]

    await asyncio.gather(
        *(
            worker.ingest(about(f"w{number}", U1, *cookies(2000 + 10 * number, 2010 + 10 * number)))
            for number, worker in enumerate(workers)
        )
    )

    assert len(await broken(world)) == 1
    assert sum(await sizes(world)) < 41
    await assert_equal_to_ledger(world)


async def test_crowd_that_never_ends_breaks_again_and_again(world: World) -> None:
    for first in range(0, 3000, 500):
        await world.ingest(*crowd("u1", cookies(first, first + 500)))

    assert [one["identifier_count"] for one in await broken(world)] == [1001, 1001, 1001]
    assert await world.living() == []
    assert await world.registry() == {}
    await assert_equal_to_ledger(world)
