"""Many pipelines as one command, and pages of many lists."""

import pytest

from app.cursors import cursor
from app.paging import PageRequest, Sort
from app.storage.client import Database, Pipeline
from app.storage.pages import read_pages
from app.storage.together import count_together, run_together
from tests.graphql.watching import WatchedDatabase

ORDER = (Sort("n", -1), Sort("_id", 1))


async def fill(database: Database) -> None:
    """Three owners with none, one and five things."""
    await database["things"].insert_many(
        [{"_id": f"{owner}{number}", "owner": owner, "n": str(number // 2)}
         for owner, many in (("a", 1), ("b", 5)) for number in range(many)]
    )  # fmt: skip


@pytest.mark.parametrize("many", [0, 1, 2, 3, 7, 200])
async def test_pipelines_are_answered_in_their_order_by_one_command(
    database: Database, many: int
) -> None:
    await fill(database)
    watched = WatchedDatabase(database)
    owners = [("a", "b", "nobody")[number % 3] for number in range(many)]
    pipelines: list[Pipeline] = [
        [{"$match": {"owner": owner}}, {"$sort": {"_id": -1}}, {"$limit": 2}] for owner in owners
    ]

    found = await run_together(watched["things"], pipelines)

    ids = {"a": ["a0"], "b": ["b4", "b3"], "nobody": []}
    assert [[one["_id"] for one in part] for part in found] == [ids[owner] for owner in owners]
    assert all(part.keys() == {"_id", "owner", "n"} for one in found for part in one)
    assert watched.commands == (["things.aggregate"] if many else [])


async def test_matches_are_counted_by_condition(database: Database) -> None:
    await fill(database)

    conditions = [{"owner": owner} for owner in ("b", "nobody", "a", "b")]
    assert await count_together(database["things"], conditions) == [5, 0, 1, 5]


async def test_pages_of_many_lists_have_the_same_place_and_size(database: Database) -> None:
    await fill(database)
    queries = [{"owner": owner} for owner in ("a", "b", "nobody")]
    place = cursor({"n": "1", "_id": "b2"}, ORDER)

    after = await read_pages(database["things"], queries, ORDER, PageRequest(2, place))
    before = await read_pages(database["things"], queries, ORDER, PageRequest(last=1, before=place))

    shown = [([one["_id"] for one in page.items], page.has_next) for page in after]
    assert shown == [(["a0"], False), (["b3", "b0"], True), ([], False)]
    shown = [([one["_id"] for one in page.items], page.has_previous) for page in before]
    assert shown == [([], False), (["b4"], False), ([], False)]
