"""Indexes follow the definitions of attributes, as far as there is room."""

from app.aggregation.monoids import Aggregation
from app.profiles.index_repository import MAX_INDEXES
from app.storage.client import Database
from app.values import DataType
from migrations.runner import migrate
from tests.building import NOON
from tests.living import World


async def names(database: Database) -> set[str]:
    return set(await database["profiles"].index_information())


async def test_custom_attributes_are_indexed_without_a_migration(world: World) -> None:
    before = await names(world.database)
    await world.define("plan", Aggregation.LAST)
    await world.define("tags", Aggregation.UNIQUE_LIST)
    await world.define("price", Aggregation.FIRST_AND_LAST, DataType.NUMBER)

    await world.services.indexes.keep_up()
    await world.another_process().services.indexes.keep_up()

    added = {"by_plan_0", "by_tags_0", "by_price_0", "by_price_1"}
    assert await names(world.database) - before == added


async def test_there_is_room_for_some_the_oldest_first(world: World) -> None:
    before = await names(world.database)
    for number in range(MAX_INDEXES + 5):
        await world.define(f"a{number}", Aggregation.LAST)

    await world.services.indexes.keep_up()

    expected = {f"by_a{number}_0" for number in range(MAX_INDEXES)}
    assert await names(world.database) - before == expected


async def test_default_attributes_keep_theirs(world: World) -> None:
    async for _ in migrate(world.database, now=NOON):
        pass
    before = await names(world.database)

    await world.services.indexes.keep_up()

    assert await names(world.database) == before
    assert "by_last_seen_0" in before


async def test_deleted_attributes_make_room(world: World) -> None:
    before = await names(world.database)
    plan = await world.define("plan", Aggregation.LAST)
    await world.services.indexes.keep_up()

    await world.services.attributes.delete(plan.id)
    await world.services.indexes.keep_up()

    assert await names(world.database) == before
