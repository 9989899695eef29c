"""Filters, sorts, projections and pipelines, and the values that come out of them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bson import Decimal128, ObjectId
from bson.errors import InvalidDocument
from pymongo.errors import OperationFailure

from app.storage.bson_order import order_key
from app.storage.client import Collection, Database

NUMBERS: list[dict[str, Any]] = [
    {"_id": 1, "n": 1},
    {"_id": 2, "n": Decimal128("1.5")},
    {"_id": 3, "n": 2.5},
    {"_id": 4, "n": Decimal128("10")},
    {"_id": 5, "n": "3"},
    {"_id": 6},
]


@pytest.fixture
def things(database: Database) -> Collection:
    return database["things"]


async def ids(things: Collection, condition: dict[str, Any]) -> list[Any]:
    found = await things.find(condition, {"_id": 1}, sort=[("_id", 1)]).to_list()
    return [document["_id"] for document in found]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"n": {"$gt": Decimal128("1.5")}}, [3, 4]),
        ({"n": {"$gte": Decimal128("1.50")}}, [2, 3, 4]),
        ({"n": {"$lt": 2}}, [1, 2]),
        ({"n": {"$lte": 10.0}}, [1, 2, 3, 4]),
        ({"n": Decimal128("1.0")}, [1]),
        ({"n": 10}, [4]),
        ({"n": {"$eq": Decimal128("2.50")}}, [3]),
        ({"n": {"$ne": Decimal128("1")}}, [2, 3, 4, 5, 6]),
        ({"n": {"$in": [Decimal128("1"), 10, "3"]}}, [1, 4, 5]),
        ({"n": {"$nin": [Decimal128("1"), 10, None]}}, [2, 3, 5]),
        ({"n": {"$not": {"$gte": 2}}}, [1, 2, 5, 6]),
        ({"n.x": {"$not": {"$gte": 2}}, "_id": 6}, [6]),
        ({"n": {"$exists": False}}, [6]),
        ({"n": {"$exists": True}, "_id": {"$gt": 4}}, [5]),
        ({"n": None}, [6]),
        ({"_id": {"$in": [6, 1, Decimal128("4.0"), 1, 99]}}, [1, 4, 6]),
        ({"_id": 4, "n": 1}, []),
        ({"_id": Decimal128("4")}, [4]),
        ({"_id": {"$gte": 5}}, [5, 6]),
        ({"$or": [{"_id": 1}, {"n": "3"}]}, [1, 5]),
    ],
)
async def test_filters_compare_numbers_by_value(
    things: Collection, condition: dict[str, Any], expected: list[int]
) -> None:
    await things.insert_many(NUMBERS)

    assert await ids(things, condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"v": {"$eq": True}}, [1, 4]),
        ({"v": {"$eq": 1}}, [2, 5]),
        ({"v": {"$ne": 1}}, [1, 3, 4, 6]),
        ({"v": {"$in": [False, 1]}}, [2, 5]),
        ({"v": {"$nin": [0, 1.0]}}, [1, 4, 6]),
        ({"v": {"$eq": None}}, [6]),
        ({"v": {"$in": [None, True]}}, [1, 4, 6]),
    ],
)
async def test_booleans_are_no_numbers(
    things: Collection, condition: dict[str, Any], expected: list[int]
) -> None:
    values: list[Any] = [True, 1, 0, [True, 5], [Decimal128("1.0"), "x"], None]
    await things.insert_many([{"_id": number, "v": one} for number, one in enumerate(values, 1)])

    assert await ids(things, condition) == expected


@pytest.mark.parametrize("name", ["text", "$and"])
async def test_text_is_found_where_it_is_the_value_or_in_the_list(
    things: Collection, name: str
) -> None:
    values = ["a", "b", ["a", "b"], [["a"]], {"a": 1}, None, 1]
    await things.insert_many([{"_id": number, "text": one} for number, one in enumerate(values, 1)])

    condition: dict[str, Any] = {"text": "a"}
    assert await ids(things, condition if name == "text" else {name: [condition]}) == [1, 3]


async def test_not_matches_where_the_whole_path_is_missing(things: Collection) -> None:
    await things.insert_many([{"_id": 1}, {"_id": 2, "guard": {"l": 1}}, {"_id": 3, "guard": {}}])
    await things.insert_one({"_id": 4, "guard": {"l": 5}})

    assert await ids(things, {"guard.l": {"$not": {"$gte": 5}}}) == [1, 2, 3]


async def test_lists_match_by_element(things: Collection) -> None:
    await things.insert_many([{"_id": 1, "ids": ["a", "b"]}, {"_id": 2, "ids": ["c"]}, {"_id": 3}])

    assert await ids(things, {"ids": "b"}) == [1]
    assert await ids(things, {"ids": {"$in": ["c", "a"]}}) == [1, 2]
    assert await ids(things, {"ids": {"$ne": "c"}}) == [1, 3]


async def test_elements_of_a_list_match_together(things: Collection) -> None:
    await things.insert_many(
        [{"_id": 1, "a": [{"x": 1, "y": 2}]}, {"_id": 2, "a": [{"x": 1, "y": 1}, {"x": 2, "y": 2}]}]
    )

    assert await ids(things, {"a": {"$elemMatch": {"x": 1, "y": 2}}}) == [1]


async def test_unknown_operator_is_refused(things: Collection) -> None:
    await things.insert_one({"_id": 1})

    with pytest.raises(OperationFailure):
        await things.find({"a": {"$unheardOf": 1}}).to_list()


async def test_sort_follows_the_order_of_types(things: Collection) -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    values: list[Any] = [
        None, Decimal128("-1"), 0.5, 1, Decimal128("1.5"), 2, "", "B", "a", "é",
        {"a": 1}, {"a": 1, "b": 1}, {"b": 0}, {"a": "x"}, ObjectId(b"0" * 12), False, True,
        moment, moment + timedelta(milliseconds=1),
    ]  # fmt: skip
    await things.insert_many([{"_id": number, "v": value} for number, value in enumerate(values)])

    rising = await things.find({}, sort=[("v", 1)]).to_list()
    falling = await things.find({}, sort=[("v", -1)]).to_list()

    assert [document["v"] for document in rising] == values
    assert [document["v"] for document in falling] == values[::-1]
    assert sorted(values, key=order_key) == values


async def test_sort_by_two_fields_then_skip_and_limit(things: Collection) -> None:
    await things.insert_many([{"_id": number, "a": number % 2} for number in range(6)])

    found = await things.find({}, sort=[("a", -1), ("_id", 1)], skip=1, limit=3).to_list()

    assert [document["_id"] for document in found] == [3, 5, 0]


async def test_lists_sort_by_their_least_and_greatest_element(things: Collection) -> None:
    await things.insert_many([{"_id": 1, "a": [5, 2]}, {"_id": 2, "a": [4, 3]}, {"_id": 3, "a": 1}])

    rising = await things.find({}, sort=[("a", 1)]).to_list()
    falling = await things.find({}, sort=[("a", -1)]).to_list()

    assert [document["_id"] for document in rising] == [3, 1, 2]
    assert [document["_id"] for document in falling] == [1, 2, 3]


async def test_projection_picks_or_drops_fields(things: Collection) -> None:
    await things.insert_one({"_id": 1, "a": {"b": 1, "c": 2}, "d": 3})

    assert await things.find_one({"_id": 1}, {"a.b": 1}) == {"_id": 1, "a": {"b": 1}}
    assert await things.find_one({"_id": 1}, {"a.b": 0, "d": 0}) == {"_id": 1, "a": {"c": 2}}
    assert await things.find_one({"_id": 1}, {"_id": 0, "d": 1}) == {"d": 3}
    assert await things.find_one({"_id": 2}) is None


async def test_cursor_is_read_in_a_loop(things: Collection) -> None:
    await things.insert_many([{"_id": number} for number in range(3)])

    seen = [document["_id"] async for document in things.find({}, sort=[("_id", -1)])]

    assert seen == [2, 1, 0]


async def test_to_list_reads_on_where_it_stopped(things: Collection) -> None:
    await things.insert_many([{"_id": number} for number in range(3)])
    cursor = things.find({}, sort=[("_id", 1)])

    assert await cursor.to_list(2) == [{"_id": 0}, {"_id": 1}]
    assert await cursor.to_list() == [{"_id": 2}]


async def test_pipeline_groups_and_adds_decimals(things: Collection) -> None:
    await things.insert_many(NUMBERS)

    cursor = await things.aggregate(
        [
            {"$match": {"n": {"$gte": 1}}},
            {"$group": {"_id": None, "sum": {"$sum": "$n"}, "top": {"$max": "$n"}}},
        ]
    )

    assert await cursor.to_list() == [
        {"_id": None, "sum": Decimal128("15.00000000000000"), "top": Decimal128("10")}
    ]


async def test_pipelines_are_united_in_their_order_each_with_its_own_limit(
    things: Collection, database: Database
) -> None:
    await things.insert_many([{"_id": number, "odd": number % 2 == 1} for number in range(6)])
    await database["others"].insert_many([{"_id": 7}, {"_id": 8}])

    def first(*, odd: bool, limit: int) -> list[dict[str, Any]]:
        return [{"$match": {"odd": {"$eq": odd}}}, {"$sort": {"_id": -1}}, {"$limit": limit}]

    inner = [*first(odd=False, limit=2), {"$unionWith": {"coll": "others", "pipeline": []}}]
    cursor = await things.aggregate(
        [
            *first(odd=True, limit=1),
            {"$unionWith": {"coll": "things", "pipeline": inner}},
            {"$addFields": {"seen": 1}},
            {"$unionWith": {"coll": "others", "pipeline": [{"$match": {"_id": 8}}]}},
            {"$project": {"odd": 0}},
        ],
        batchSize=10,
    )

    assert await cursor.to_list() == [
        *({"_id": number, "seen": 1} for number in (5, 4, 2, 7, 8)),
        {"_id": 8},
    ]


async def test_pipeline_changes_no_stored_document(things: Collection) -> None:
    await things.insert_one({"_id": 1, "a": {"b": 1}})

    cursor = await things.aggregate([{"$addFields": {"a.b": 2}}])

    assert await cursor.to_list() == [{"_id": 1, "a": {"b": 2}}]
    assert await things.find_one({"_id": 1}) == {"_id": 1, "a": {"b": 1}}


async def test_nothing_is_shared_with_the_caller(things: Collection) -> None:
    document: dict[str, Any] = {"_id": 1, "a": {"b": [1]}}
    update = {"$set": {"c": document["a"]}}
    await things.insert_one(document)
    await things.update_one({"_id": 1}, update)

    document["a"]["b"].append(2)
    read = await things.find_one({"_id": 1})
    assert read is not None
    read["c"]["b"].append(3)

    assert await things.find_one({"_id": 1}) == {"_id": 1, "a": {"b": [1]}, "c": {"b": [1]}}


async def test_times_may_come_back_in_utc_without_saying_so(things: Collection) -> None:
    moment = datetime(2024, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    await things.insert_one({"_id": 1, "t": moment})

    [found] = await things.find({"t": moment}, naive_times=True).to_list()

    assert found == {"_id": 1, "t": moment.astimezone(UTC).replace(tzinfo=None)}


async def test_times_come_back_in_utc_and_cut_to_milliseconds(things: Collection) -> None:
    moment = datetime(2024, 1, 1, 2, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=2)))
    await things.insert_one({"_id": 1, "t": moment})

    found = await things.find_one({"t": moment})

    assert found == {"_id": 1, "t": datetime(2024, 1, 1, 0, 0, 0, 123_000, tzinfo=UTC)}
    assert found["t"].tzinfo is not None
    assert found["t"].utcoffset() == timedelta(0)


async def test_values_come_back_as_what_they_were(things: Collection) -> None:
    document = {
        "_id": UUID("12345678-1234-5678-1234-567812345678"),
        "decimal": Decimal128("1.50"),
        "long": 2**62,
        "bytes": b"\x00\xff",
        "text": "nul \x00 inside",
    }
    await things.insert_one(document)

    found = await things.find_one({"_id": document["_id"]})

    assert found == document
    assert type(found["decimal"]) is Decimal128


@pytest.mark.parametrize("document", [{"a\x00b": 1}, {"a": {"b\x00": 1}}, {"a": Decimal(1)}])
async def test_what_bson_cannot_hold_is_refused(
    things: Collection, document: dict[str, Any]
) -> None:
    await things.insert_one({"_id": 1})

    with pytest.raises(InvalidDocument):
        await things.insert_one({"_id": 2, **document})
    with pytest.raises(InvalidDocument):
        await things.update_one({"_id": 1}, {"$set": document})

    assert await things.find({}).to_list() == [{"_id": 1}]


async def test_every_kind_of_index_can_be_declared(things: Collection) -> None:
    await things.create_index([("attributes.$**", 1)])
    await things.create_index([("profile", "hashed")])
    await things.create_index(
        [("lane", 1), ("seq", 1)], name="stragglers", partialFilterExpression={"applied": False}
    )
    await things.create_index("expires", expireAfterSeconds=0)

    indexes = await things.index_information()

    assert {name: index["key"] for name, index in indexes.items()} == {
        "_id_": [("_id", 1)],
        "attributes.$**_1": [("attributes.$**", 1)],
        "profile_hashed": [("profile", "hashed")],
        "stragglers": [("lane", 1), ("seq", 1)],
        "expires_1": [("expires", 1)],
    }
    assert indexes["stragglers"]["partialFilterExpression"] == {"applied": False}


async def test_index_is_dropped_once(things: Collection) -> None:
    await things.create_index([("a", 1)], name="a")

    await things.drop_index("a")

    assert "a" not in await things.index_information()
    with pytest.raises(OperationFailure) as refused:
        await things.drop_index("a")
    assert refused.value.code == 27


async def test_database_answers_commands_and_refuses_unknown_ones(database: Database) -> None:
    assert (await database.command("ping"))["ok"] == 1
    with pytest.raises(OperationFailure) as refused:
        await database.command("unheardOf")
    assert refused.value.code == 59


async def test_dropped_collections_and_databases_are_empty(database: Database) -> None:
    await database["a"].insert_one({"_id": 1})
    await database["b"].insert_one({"_id": 1})

    await database["a"].drop()
    assert await database["a"].find_one({}) is None
    assert await database["b"].count_documents({}) == 1

    await database.client.drop_database(database.name)
    assert await database["b"].count_documents({}) == 0
