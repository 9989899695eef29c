"""Erase: nothing is left of a person, and nothing that happened before brings them back."""

import asyncio
from typing import Any, cast

import pytest
from bson import encode

from app.identity.model import IdentityPolicy
from app.segments.rows.repository import RowRepository
from app.segments.segment import ListKey
from app.services import compose
from app.settings import Settings
from app.storage.client import Database
from tests.building import NOON, about, an_event
from tests.living import World
from tests.spec.test_crashes import KilledError, Life, MortalDatabase
from tests.truth import assert_equal_to_ledger

ANA, C1 = "user_id:ana", "cookie_id:c1"
ANAS = [
    about("her-first", C1, time=10, session_id="s1", type="VIEW", properties={"revenue": 1}),
    about("her-second", C1, ANA, time=20, session_id="s1", user={"email": "ana@example.com"}),
]
OTHERS = about("e9", "user_id:bob", time=10, session_id="s1")
COLLECTIONS = (
    *("profiles", "sessions", "events", "identifiers", "erasures"),
    *("collisions", "broken_profiles"),
)


async def erase(world: World) -> None:
    """Erase the oldest profile."""
    oldest = min(await world.folds())
    await world.services.erasure.erase(oldest, now=world.clock.now)


async def people(world: World) -> list[list[str]]:
    return sorted(sorted(one.identifiers) for one in (await world.folds()).values())


async def text_of(world: World) -> str:
    """Everything in the database, as one text."""
    stored = [one for name in COLLECTIONS for one in await world.documents(name)]
    return "".join(encode(one).decode("latin-1") for one in stored)


async def test_nothing_of_a_person_is_left(world: World) -> None:
    await world.ingest(*ANAS)
    assert "ana" in await text_of(world)

    await erase(world)

    found = await text_of(world)
    assert [
        one for one in ("ana", "cookie_id:c1", "example.com", "her-first") if one in found
    ] == []
    assert await world.living() == []
    assert await world.registry() == {}


async def test_others_keep_what_is_theirs(world: World) -> None:
    await world.ingest(*ANAS)
    world.clock.advance(seconds=1)
    await world.ingest(OTHERS)

    await erase(world)

    assert await people(world) == [["user_id:bob"]]
    assert [one.event.id for one in await world.entries()] == ["e9"]
    await assert_equal_to_ledger(world)


@pytest.mark.parametrize("identifier", [ANA, C1])
async def test_late_event_does_not_bring_a_person_back(world: World, identifier: str) -> None:
    await world.ingest(*ANAS)
    await erase(world)

    late = about("late", identifier, "cookie_id:unknown", time=NOON)
    outcome = await world.ingest(late, an_event("bobs", cookie_id="bobs"))

    assert [(one.index, one.code) for one in outcome.rejected] == [(0, "PERSON_ERASED")]
    assert (outcome.accepted, outcome.duplicate) == (1, 0)
    assert await people(world) == [["cookie_id:bobs"]]
    assert list(await world.registry()) == ["cookie_id:bobs"]


async def test_events_that_are_sent_again_are_kept_out(world: World) -> None:
    await world.ingest(*ANAS)
    await erase(world)
    world.clock.advance(days=400)

    outcome = await world.another_process().ingest(*ANAS)

    assert [one.code for one in outcome.rejected] == ["PERSON_ERASED"] * 2
    assert (await world.living(), await world.entries()) == ([], [])


async def test_robots_in_the_name_of_a_person_are_kept_out_too(world: World) -> None:
    await world.ingest(*ANAS)
    await erase(world)

    robot = about("robot", ANA, time=30, context={"device": {"type": "bot"}})
    outcome = await world.ingest(robot)

    assert [one.code for one in outcome.rejected] == ["PERSON_ERASED"]


async def test_event_that_happens_afterwards_begins_a_new_profile(world: World) -> None:
    await world.ingest(*ANAS)
    await erase(world)
    world.clock.advance(minutes=1)

    await world.ingest(about("new", ANA, time=world.clock.now, properties={"revenue": 5}))
    outcome = await world.ingest(about("late", ANA, time=NOON, properties={"revenue": 7}))

    assert [one.code for one in outcome.rejected] == ["PERSON_ERASED"]
    assert await world.shown("total_revenue") == {"total_revenue": 5}
    assert await people(world) == [[ANA]]
    await assert_equal_to_ledger(world)


async def test_who_is_erased_twice_is_kept_out_until_the_second_time(world: World) -> None:
    await world.ingest(*ANAS)
    await erase(world)
    world.clock.advance(hours=1)
    await world.ingest(about("new", ANA, time=world.clock.now))
    await erase(world)

    between = about("late", ANA, time=world.clock.now)
    assert [one.code for one in (await world.ingest(between)).rejected] == ["PERSON_ERASED"]
    assert await world.living() == []


async def test_merged_profiles_are_erased_too(world: World) -> None:
    await world.ingest(about("e1", C1, time=1, session_id="s1"))
    world.clock.advance(seconds=1)
    await world.ingest(about("e2", ANA, time=2, session_id="s2"))
    await world.ingest(about("e3", ANA, C1, time=3))

    await erase(world)

    assert await world.entries() == []
    assert "ana" not in await text_of(world)
    tombstones = await world.documents("profiles")
    assert len(tombstones) == 2
    assert all("forget_at" in one for one in tombstones)
    late = await world.ingest(about("e4", C1, time=4), about("e5", ANA, time=5))
    assert [one.code for one in late.rejected] == ["PERSON_ERASED"] * 2


async def test_record_tells_that_it_happened_but_not_who(world: World) -> None:
    await world.ingest(*ANAS)
    await erase(world)

    [record] = await world.documents("erasures")
    assert {**record, "_id": None, "hashes": len(record["hashes"])} == {
        "_id": None,
        "requested_at": NOON,
        "finished_at": NOON,
        "hashes": 2,
    }


async def test_own_key_stays_out_of_the_database(world: World) -> None:
    secretive = compose(world.database, Settings(erasure_key="s3cret"), world.clock)
    await world.ingest(*ANAS)
    [profile] = await world.folds()
    await secretive.erasure.erase(profile, now=NOON)

    assert [one["_id"] for one in await world.documents("settings")] == ["attributes"]
    outcome = await secretive.ingestion.ingest(ANAS)
    assert [one.code for one in outcome.rejected] == ["PERSON_ERASED"] * 2


async def test_batch_under_way_does_not_bring_a_person_back(world: World) -> None:
    await world.ingest(*ANAS)
    world.clock.advance(seconds=1)

    await asyncio.gather(
        erase(world),
        *(world.ingest(about(f"b{n}", ANA, f"cookie_id:b{n}", time=n)) for n in range(10)),
    )

    world.clock.advance(minutes=1)
    await world.services.ingestion.recover()
    found = await text_of(world)
    assert ("user_id:ana" in found, "example.com" in found) == (False, False)
    await assert_equal_to_ledger(world)


async def killed(world: World, life: Life) -> bool:
    """Whether the process was killed while it erased."""
    mortal = cast("Database", MortalDatabase(world.database, life))
    process = compose(mortal, Settings(), world.clock)
    try:
        await process.erasure.erase(min(await world.folds()), now=world.clock.now)
    except KilledError:
        return True
    return False


@pytest.mark.parametrize("done", [False, True], ids=["before it", "after it"])
async def test_killed_at_any_command(world: World, *, done: bool) -> None:
    deaths = 0
    for left in range(1, 40):
        await world.forget()
        await world.database["erasures"].delete_many({})
        world.clock.advance(minutes=1)
        now = world.clock.now
        await world.ingest(about("e1", C1, ANA, time=now))
        world.clock.advance(seconds=1)
        await world.ingest(about("e9", "user_id:bob", time=now))
        deaths += await killed(world, Life(left, done=done))
        begun = bool(await world.documents("erasures"))
        await world.another_process().services.ingestion.recover()
        assert len(await people(world)) == (1 if begun else 2), f"killed at command {left}"
        assert await world.services.erasure.recover(now=world.clock.now) == 0
        if begun:
            outcome = await world.ingest(about("e1", C1, ANA, time=now))
            assert [one.code for one in outcome.rejected] == ["PERSON_ERASED"]
            [record] = await world.documents("erasures")
            assert (record["finished_at"], len(record["hashes"])) == (world.clock.now, 2)
        await assert_equal_to_ledger(world)
    assert 5 < deaths < 39


async def test_one_of_two_who_share_a_browser_is_erased(world: World) -> None:
    shared: dict[str, Any] = {"policy": IdentityPolicy.FIRST_USER_WINS}
    await world.services.ingestion.ingest([about("e1", C1, ANA, time=1)], **shared)
    world.clock.advance(seconds=1)
    await world.services.ingestion.ingest([about("e2", C1, "user_id:bob", time=2)], **shared)

    await erase(world)

    assert await people(world) == [["user_id:bob"]]
    await assert_equal_to_ledger(world)


@pytest.mark.parametrize(
    ("on", "rows", "left"),
    [
        (ListKey.USER_ID, ["user_id:ana", "user_id:bob"], {"user_id:bob"}),
        (ListKey.EMAIL, ["ana@example.com", "bob@example.com"], {"bob@example.com"}),
        (ListKey.EMAIL, ["team@example.com"], {"team@example.com"}),
        (ListKey.NAME, ["Ana", "Bob"], {"Bob"}),
        (ListKey.NAME, ["Kim"], {"Kim"}),
    ],
)
async def test_rows_of_lists_go_that_name_nobody_else(
    world: World, on: ListKey, rows: list[str], left: set[str]
) -> None:
    alike = {"email": "team@example.com", "name": "Kim"} if len(rows) == 1 else {}
    for name in ("ana", "bob"):
        user = {"email": f"{name}@example.com", "name": name.title()} | alike
        await world.ingest(about(name, f"user_id:{name}", user=user))
        world.clock.advance(seconds=1)
    await world.database["segment_lists"].insert_one({"_id": "list", "kind": "USER", "on": on})
    await RowRepository(world.database).add("list", rows)

    await erase(world)
    assert await RowRepository(world.database).named("list", rows) == left
    await erase(world)
    assert await RowRepository(world.database).named("list", rows) == set()


async def test_collisions_name_no_erased_person(world: World) -> None:
    shared: dict[str, Any] = {"policy": IdentityPolicy.FIRST_USER_WINS}
    await world.services.ingestion.ingest([about("e1", C1, ANA, time=1)], **shared)
    world.clock.advance(seconds=1)
    await world.services.ingestion.ingest([about("e2", ANA, "user_id:bob", time=2)], **shared)
    assert len(await world.documents("collisions")) == 1

    await erase(world)

    assert await world.documents("collisions") == []


async def test_robots_in_the_name_of_a_person_are_erased(world: World) -> None:
    robot = {"context": {"device": {"type": "bot"}}}
    await world.ingest(*ANAS, about("robot", ANA, **robot), about("other", "user_id:bob", **robot))

    await erase(world)

    assert [one.event.id for one in await world.entries()] == ["other"]


async def test_person_is_erased_from_crowds_too(world: World) -> None:
    await world.ingest(*(about(f"c{n}", ANA, f"cookie_id:x{n:04}", time=n) for n in range(1000)))
    await world.ingest(about("own", ANA, time=1))

    await erase(world)

    [record] = await world.documents("broken_profiles")
    assert (record["identifier_count"], len(record["identifiers"])) == (1001, 1000)
    assert "attributes" not in record
    assert await world.entries() == []
    assert "user_id:ana" not in await text_of(world)
