"""Migrations: numbered, recorded, repeatable, and safe when two processes start at once."""

import asyncio
from datetime import timedelta

from app.aggregation.monoids import Aggregation
from app.attributes.defaults import account_attributes, datadog_user_attributes
from app.profiles.index_repository import index_names
from app.storage.client import Database
from migrations.runner import applied, migrate, missing
from migrations.steps import STEPS
from tests.building import NOON, an_event
from tests.living import World


async def run(database: Database, hours: int = 0) -> list[str]:
    return [step.id async for step in migrate(database, now=NOON + timedelta(hours=hours))]


async def indexes(database: Database) -> dict[str, set[str]]:
    names = (
        *("accounts", "events", "identifiers", "profiles", "sessions"),
        *("collisions", "unmerges", "segments", "segment_rows", "segment_lists", "event_sources"),
        *("broken_profiles", "broken_accounts", "erasures", "segment_members"),
    )
    return {name: set(await database[name].index_information()) - {"_id_"} for name in names}


async def test_steps_are_numbered_without_a_gap() -> None:
    assert [step.number for step in STEPS] == list(range(1, len(STEPS) + 1))


async def test_every_step_runs_once_and_is_recorded(database: Database) -> None:
    assert await run(database) == [step.id for step in STEPS]
    assert await run(database, hours=1) == []
    assert await applied(database) == {step.id: NOON for step in STEPS}
    assert await missing(database) == []


async def test_every_index_is_made(database: Database) -> None:
    await run(database)

    assert await indexes(database) == {
        "events": {
            "batch",
            "target",
            "account_history",
            "profile_history",
            "timeline",
            "collisions",
            "parts",
            "differences",
            "deeds",
            "unprofiled",
            "broken",
        },
        "collisions": {"newest", "identifier", "about"},
        "unmerges": {"pending"},
        "identifiers": {"owner"},
        "profiles": {
            *("identifiers", "members", "pending", "ending", "forgotten", "updated", "terms"),
            "unwritten",
        }
        | {name for one in datadog_user_attributes() for name in index_names(one)},
        "accounts": {
            *("terms", "unwritten", "renewals"),
            *(name for one in account_attributes() for name in index_names(one)),
        },
        "sessions": {"profile_history", "pending", "tombstones"},
        "segments": {"names", "kinds", "users", "due"},
        "segment_members": {"entered", "left", "member"},
        "segment_rows": set(),
        "segment_lists": {"unsettled"},
        "event_sources": {"keys", "names"},
        "broken_profiles": {"latest", "identifiers"},
        "broken_accounts": {"latest"},
        "erasures": {"unfinished", "latest", "hashes"},
    }


async def test_two_processes_may_migrate_at_once(database: Database) -> None:
    await asyncio.gather(run(database), run(database))

    assert await missing(database) == []
    assert len(await database["settings"].find({}).to_list()) == 1


async def test_a_step_may_run_twice(database: Database) -> None:
    await run(database)
    before = await indexes(database)

    for step in STEPS:
        await step.apply(database)

    assert await indexes(database) == before


async def test_migration_that_stopped_half_way_goes_on_where_it_stopped(database: Database) -> None:
    first, second, *rest = STEPS
    async for step in migrate(database, now=NOON):
        if step is second:
            break

    assert await applied(database) == {first.id: NOON, second.id: NOON}
    assert await run(database, hours=1) == [step.id for step in rest]
    assert (await applied(database))[first.id] == NOON


async def test_looking_at_a_database_changes_nothing(database: Database) -> None:
    assert await missing(database) == list(STEPS)
    assert await applied(database) == {}
    assert await missing(database) == list(STEPS)


async def test_migrating_again_keeps_what_is_there(world: World) -> None:
    await world.define("plan", Aggregation.LAST)
    await world.ingest(an_event("e1", user_id="u1", properties={"plan": "pro"}))
    before = {name: await world.documents(name) for name in ("profiles", "events", "settings")}

    for step in STEPS:
        await step.apply(world.database)

    after = {name: await world.documents(name) for name in before}
    assert after == before
    assert await world.shown("plan") == {"plan": "pro"}


async def test_catalogue_begins_empty(database: Database) -> None:
    await run(database)

    catalogue = {"_id": "attributes", "version": 0, "definitions": {}}
    assert await database["settings"].find({}).to_list() == [catalogue]
