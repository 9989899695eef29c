"""An account that outgrows its limit is kept as it was, and begins anew with its next event."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.events.wire import EventInput
from app.paging import PageRequest
from app.removal.model import MAX_ACCOUNT_BYTES
from app.services import Services, compose
from app.settings import Settings
from app.storage.client import Database
from app.values import DataType
from tests.auditing import assert_audit_finds_nothing, audit
from tests.building import NOON, about
from tests.faults import Killed
from tests.living import World
from tests.steps import Moment, Point, observed
from tests.truth import assert_equal_to_ledger

ACCOUNT = ProfileKind.ACCOUNT
SMALL = 64_000
"""Bytes of the accounts of most tests; they are measured when they have grown by a thousand."""


def paid(event_id: str, account: str = "acme", *, note: str = "x" * 2000) -> EventInput:
    """An event of somebody in a company, with a text that a list keeps."""
    known = {"id": account, "n": 1, "notes": f"{event_id} {note}", "late": 1}
    return about(event_id, f"user_id:{event_id}", time=len(event_id), account=known)


def several(name: str, count: int, account: str = "acme") -> list[EventInput]:
    return [paid(f"{name}{number}", account) for number in range(count)]


async def defined(world: World) -> None:
    await world.define("n", Aggregation.SUM, DataType.NUMBER, kind=ACCOUNT)
    await world.define("notes", Aggregation.LIST, kind=ACCOUNT)


def process(world: World, database: Database | None = None) -> Services:
    """A process that allows accounts little."""
    return compose(database or world.database, Settings(), world.clock, max_account_bytes=SMALL)


async def broken(world: World) -> list[dict[str, Any]]:
    return list((await world.services.account_removal.broken(PageRequest(50))).items)


async def totals(world: World) -> dict[str, Any]:
    """The sum of each account that shows anything."""
    folds = await world.folds(ACCOUNT)
    return {account: fold.attributes["n"][1] for account, fold in folds.items()}


async def sound(world: World) -> None:
    """Accounts are what the ledger says, for the tests and for the audit."""
    await assert_equal_to_ledger(world)
    await assert_audit_finds_nothing(world)


async def test_account_over_its_limit_begins_anew_and_is_kept_as_it_was(world: World) -> None:
    await defined(world)
    narrow = process(world)

    await narrow.ingestion.ingest([*several("a", 40), paid("other", "small")])
    after = await totals(world)
    await narrow.ingestion.ingest([paid("b")])

    assert (after, await totals(world)) == ({"small": 1}, {"small": 1, "acme": 1})
    [record] = await broken(world)
    assert record["attributes"]["n"].to_decimal() == 40
    assert len(record["attributes"]["notes"]) == 40
    told = ("_id", "account", "reason", "removed_at", "created_at", "updated_at")
    assert {name: record[name] for name in told} == {
        "_id": "acme/1",
        "account": "acme",
        "reason": "SIZE",
        **dict.fromkeys(("removed_at", "created_at", "updated_at"), NOON),
    }
    assert record["bytes"] > SMALL
    await sound(world)


async def test_account_up_to_its_limit_is_fine(world: World) -> None:
    await defined(world)

    await process(world).ingestion.ingest(several("a", 29))

    assert (await totals(world), await broken(world)) == ({"acme": 29}, [])


async def test_limit_is_a_mebibyte(world: World) -> None:
    await defined(world)

    await world.ingest(*several("a", 500))
    whole = await totals(world)
    await world.ingest(*several("b", 20))

    assert (whole, await totals(world)) == ({"acme": 500}, {})
    [record] = await broken(world)
    assert MAX_ACCOUNT_BYTES < record["bytes"] < MAX_ACCOUNT_BYTES + 40_000


async def test_millions_of_different_values_break_no_account(world: World) -> None:
    await world.define("seen", Aggregation.UNIQUE_LIST, kind=ACCOUNT)
    for first in range(0, 12_000, 1000):
        known = [{"id": "acme", "seen": f"{n}".ljust(100)} for n in range(first, first + 1000)]
        await world.ingest(*(about(one["seen"], "user_id:u", account=one) for one in known))

    assert await broken(world) == []
    [document] = await world.living("accounts")
    assert 1000 <= len(document["attributes"]["seen"]) < 12_000
    await sound(world)


async def test_account_that_never_stops_breaks_again_and_again(world: World) -> None:
    await defined(world)
    narrow = process(world)

    for batch in range(10):
        await narrow.ingestion.ingest(several(f"b{batch}-", 20))

    records = await broken(world)
    assert sorted(one["_id"] for one in records) == [f"acme/{one}" for one in range(1, 6)]
    assert sum(one["attributes"]["n"].to_decimal() for one in records) == 200
    await sound(world)


async def test_its_events_stay_its_own_and_are_not_counted_again(world: World) -> None:
    await defined(world)
    narrow = process(world)
    await narrow.ingestion.ingest(several("a", 40))

    outcome = await narrow.ingestion.ingest(several("a", 40))

    assert (outcome.accepted, outcome.duplicate) == (0, 40)
    assert {one["account"] for one in await world.documents("events")} == {"acme"}
    assert await totals(world) == {}
    await sound(world)


async def test_audit_does_not_bring_back_what_was_broken(world: World) -> None:
    await defined(world)
    narrow = process(world)
    await narrow.ingestion.ingest(several("a", 40))
    await narrow.ingestion.ingest([paid("b")])
    await world.database["accounts"].update_one({"_id": "acme"}, {"$set": {"attributes.n": 7}})

    _, found = await audit(world, repair=True)

    assert found == ["account acme: n (repaired)"]
    assert await totals(world) == {"acme": Decimal(1)}
    await sound(world)


async def test_back_fill_fills_an_account_from_what_came_after_it_was_broken(world: World) -> None:
    await defined(world)
    narrow = process(world)
    await narrow.ingestion.ingest(several("a", 40))
    await narrow.ingestion.ingest(several("b", 2))

    await fill(narrow)

    assert await world.shown("late", kind=ACCOUNT) == {"late": 2}
    await sound(world)


class Once:
    """Does something when a process is at a step, the first time or a later one."""

    def __init__(self, point: Point, do: Callable[[], Awaitable[object]], *, time: int = 1) -> None:
        self._point = point
        self._do = do
        self._left = time

    async def at(self, step: str, moment: Moment) -> None:
        self._left -= (step, moment) == self._point
        if (step, moment) == self._point and self._left == 0:
            await self._do()


async def test_back_fill_under_way_adds_nothing_of_what_is_broken_meanwhile(world: World) -> None:
    await defined(world)
    narrow = process(world)
    await narrow.ingestion.ingest(several("a", 20))
    breaking = Once(("accounts.write", "before"), lambda: narrow.ingestion.ingest(several("b", 20)))

    await fill(process(world, observed(world.database, breaking)))
    await narrow.ingestion.ingest([paid("c")])

    assert len(await broken(world)) == 1
    assert await world.shown("late", kind=ACCOUNT) == {"late": 1}
    await sound(world)


async def test_back_fill_may_break_an_account(world: World) -> None:
    await world.define("n", Aggregation.SUM, DataType.NUMBER, kind=ACCOUNT)
    narrow = process(world)
    await narrow.ingestion.ingest(several("a", 40))

    new = NewAttribute(ACCOUNT, "notes", DataType.STRING, Aggregation.LIST)
    await narrow.backfill.define(new, backfill=True, now=NOON)
    await narrow.backfill.start()

    assert [one["attributes"]["n"].to_decimal() for one in await broken(world)] == [40]
    assert await totals(world) == {}
    await sound(world)


async def fill(services: Services) -> None:
    """Add an attribute that all events feed."""
    new = NewAttribute(ACCOUNT, "late", DataType.NUMBER, Aggregation.SUM)
    await services.backfill.define(new, backfill=True, now=NOON)
    await services.backfill.start()


@pytest.mark.parametrize("step", ["set_aside", "over", "trim"])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_what_comes_while_it_is_broken_is_counted_once(
    world: World, step: str, moment: Moment
) -> None:
    await defined(world)
    coming = Once((f"accounts.{step}", moment), lambda: world.ingest(paid("meanwhile")))

    await process(world, observed(world.database, coming)).ingestion.ingest(several("a", 40))

    [record] = await broken(world)
    left = (await totals(world)).get("acme", 0)
    assert record["attributes"]["n"].to_decimal() + left == 41
    await sound(world)


async def dead() -> None:
    raise Killed


BREAKING = (
    "accounts.write",
    "accounts.over",
    "accounts.set_aside",
    "accounts.aside",
    "broken_accounts.keep",
    "accounts.drop",
)


@pytest.mark.parametrize("step", BREAKING)
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_whoever_dies_of_it_leaves_it_to_others(
    world: World, step: str, moment: Moment
) -> None:
    await defined(world)
    narrow = process(world)
    await narrow.ingestion.ingest(several("a", 31))
    dying = Once((step, moment), dead, time=2 if step == "accounts.write" else 1)
    mortal = process(world, observed(world.database, dying))
    light = "x" * 800  # a process measures an account that got two of these, and not after one

    await mortal.ingestion.ingest([paid("b", note=light)])
    with pytest.raises(Killed):
        await mortal.ingestion.ingest([paid("c", note=light), paid("other", "small", note="")])
    world.clock.advance(minutes=1)
    await narrow.recover()

    assert [one["attributes"]["n"].to_decimal() for one in await broken(world)] == [33]
    assert await totals(world) == {"small": 1}
    await sound(world)


async def test_nothing_is_lost_however_many_see_it(world: World) -> None:
    await defined(world)
    await process(world).ingestion.ingest(several("a", 29))

    await asyncio.gather(
        *(process(world).ingestion.ingest(several(f"b{worker}-", 4)) for worker in range(6))
    )

    records = await broken(world)
    left = (await totals(world)).get("acme", 0)
    assert records
    assert sum(one["attributes"]["n"].to_decimal() for one in records) + left == 53
    await sound(world)
