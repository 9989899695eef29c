"""Inserts, upserts, bulk writes and deletes: what is stored, counted and refused."""

from typing import Any

import pytest
from bson import ObjectId
from pymongo import (
    DeleteMany,
    DeleteOne,
    InsertOne,
    ReplaceOne,
    ReturnDocument,
    UpdateMany,
    UpdateOne,
)
from pymongo.errors import BulkWriteError, DuplicateKeyError, InvalidOperation

from app.storage.client import Collection, Database

GUARDED = {"_id": "p", "merged_into": None, "guard.lane": {"$not": {"$gte": 7}}}


@pytest.fixture
def things(database: Database) -> Collection:
    return database["things"]


async def everything(things: Collection) -> list[dict[str, Any]]:
    return await things.find({}, sort=[("_id", 1)]).to_list()


async def test_upsert_starts_from_the_equalities_of_the_filter(things: Collection) -> None:
    result = await things.update_one(GUARDED, {"$set": {"guard.lane": 7}}, upsert=True)

    assert (result.upserted_id, result.matched_count, result.modified_count) == ("p", 0, 0)
    assert await everything(things) == [{"_id": "p", "merged_into": None, "guard": {"lane": 7}}]


async def test_upsert_takes_equalities_from_inside_and_and_eq(things: Collection) -> None:
    condition = {"$and": [{"_id": "p"}, {"a.b": {"$eq": 1}}], "c": {"$gt": 1}}

    await things.update_one(condition, {"$set": {"a.d": 2}}, upsert=True)

    assert await everything(things) == [{"_id": "p", "a": {"b": 1, "d": 2}}]


async def test_upsert_without_an_id_makes_one(things: Collection) -> None:
    result = await things.update_one({"a": 1}, {"$set": {"b": 2}}, upsert=True)

    assert isinstance(result.upserted_id, ObjectId)
    assert await everything(things) == [{"_id": result.upserted_id, "a": 1, "b": 2}]


async def test_guarded_upsert_is_refused_when_the_guard_has_passed(things: Collection) -> None:
    update = {"$set": {"guard.lane": 7}, "$inc": {"count": 1}}
    await things.update_one(GUARDED, update, upsert=True)

    with pytest.raises(DuplicateKeyError) as refused:
        await things.update_one(GUARDED, update, upsert=True)

    assert refused.value.code == 11000
    assert refused.value.details is not None
    assert refused.value.details["keyPattern"] == {"_id": 1}
    assert refused.value.details["keyValue"] == {"_id": "p"}
    assert await everything(things) == [
        {"_id": "p", "merged_into": None, "guard": {"lane": 7}, "count": 1}
    ]


async def test_unordered_bulk_does_the_rest_and_says_which_were_refused(
    things: Collection,
) -> None:
    # given
    await things.insert_many([{"_id": "a", "x": 1}, {"_id": "b", "x": 1}])

    # when
    with pytest.raises(BulkWriteError) as refused:
        await things.bulk_write(
            [
                UpdateOne({"_id": "a", "x": 2}, {"$set": {"y": 1}}, upsert=True),
                UpdateOne({"_id": "c"}, {"$set": {"y": 1}}, upsert=True),
                UpdateOne({"_id": "b"}, {"$set": {"x": 1}}, upsert=True),
                InsertOne({"_id": "b"}),
                UpdateOne({"_id": "b"}, {"$set": {"x": 2}}),
                UpdateOne({"_id": "d"}, {"$set": {"y": 1}}, upsert=True),
            ],
            ordered=False,
        )

    # then
    details = refused.value.details
    errors = [(error["index"], error["code"]) for error in details["writeErrors"]]
    assert errors == [(0, 11000), (3, 11000)]
    assert [error["keyValue"] for error in details["writeErrors"]] == [{"_id": "a"}, {"_id": "b"}]
    assert details["upserted"] == [{"index": 1, "_id": "c"}, {"index": 5, "_id": "d"}]
    counts = ("nInserted", "nUpserted", "nMatched", "nModified", "nRemoved")
    assert [details[name] for name in counts] == [0, 2, 2, 1, 0]
    assert await everything(things) == [
        {"_id": "a", "x": 1},
        {"_id": "b", "x": 2},
        {"_id": "c", "y": 1},
        {"_id": "d", "y": 1},
    ]


async def test_ordered_bulk_stops_at_the_first_error(things: Collection) -> None:
    with pytest.raises(BulkWriteError) as refused:
        await things.bulk_write(
            [InsertOne({"_id": 1}), InsertOne({"_id": 1}), InsertOne({"_id": 2})]
        )

    assert [error["index"] for error in refused.value.details["writeErrors"]] == [1]
    assert await everything(things) == [{"_id": 1}]


async def test_bulk_knows_every_kind_of_operation(things: Collection) -> None:
    result = await things.bulk_write(
        [
            InsertOne({"_id": 1, "a": 1}),
            InsertOne({"_id": 2, "a": 1}),
            InsertOne({"_id": 3, "a": 1}),
            UpdateMany({"a": 1}, {"$inc": {"a": 1}}),
            ReplaceOne({"_id": 1}, {"b": 1}),
            ReplaceOne({"_id": 4}, {"b": 2}, upsert=True),
            DeleteOne({"_id": 2}),
            DeleteMany({"a": 2}),
        ]
    )

    assert result.inserted_count == 3
    assert (result.matched_count, result.modified_count) == (4, 4)
    assert result.upserted_ids == {5: 4}
    assert result.deleted_count == 2
    assert await everything(things) == [{"_id": 1, "b": 1}, {"_id": 4, "b": 2}]


async def test_bulk_without_operations_is_a_mistake(things: Collection) -> None:
    with pytest.raises(InvalidOperation):
        await things.bulk_write([], ordered=False)


async def test_unordered_inserts_keep_what_is_new(things: Collection) -> None:
    await things.insert_one({"_id": "a", "x": 1})

    with pytest.raises(BulkWriteError) as refused:
        await things.insert_many([{"_id": "a"}, {"_id": "b"}, {"_id": "b"}], ordered=False)

    details = refused.value.details
    errors = [(error["index"], error["code"], error["op"]) for error in details["writeErrors"]]
    assert errors == [(0, 11000, {"_id": "a"}), (2, 11000, {"_id": "b"})]
    assert details["nInserted"] == 1
    assert await everything(things) == [{"_id": "a", "x": 1}, {"_id": "b"}]


async def test_insert_tells_the_caller_the_id(things: Collection) -> None:
    document: dict[str, Any] = {"a": 1}

    result = await things.insert_one(document)

    assert document["_id"] == result.inserted_id
    assert await everything(things) == [{"_id": result.inserted_id, "a": 1}]


async def test_find_one_and_update_answers_before_or_after(things: Collection) -> None:
    await things.insert_many([{"_id": 1, "a": 1, "rank": 2}, {"_id": 2, "a": 1, "rank": 1}])

    before = await things.find_one_and_update({"a": 1}, {"$inc": {"n": 1}}, sort=[("rank", 1)])
    after = await things.find_one_and_update(
        {"a": 1},
        {"$inc": {"a": 1}},
        {"_id": 0, "a": 1},
        sort=[("rank", -1)],
        return_document=ReturnDocument.AFTER,
    )

    assert before == {"_id": 2, "a": 1, "rank": 1}
    assert after == {"a": 2}


async def test_find_one_and_update_can_upsert(things: Collection) -> None:
    before = await things.find_one_and_update({"_id": 1}, {"$set": {"a": 1}}, upsert=True)
    after = await things.find_one_and_update(
        {"_id": 2}, {"$set": {"a": 1}}, upsert=True, return_document=ReturnDocument.AFTER
    )
    missing = await things.find_one_and_update({"_id": 3}, {"$set": {"a": 1}})

    assert (before, after, missing) == (None, {"_id": 2, "a": 1}, None)
    assert await everything(things) == [{"_id": 1, "a": 1}, {"_id": 2, "a": 1}]


async def test_deletes_say_how_many(things: Collection) -> None:
    await things.insert_many([{"_id": number, "even": number % 2 == 0} for number in range(5)])

    one = await things.delete_one({"even": True})
    many = await things.delete_many({"even": False})

    assert (one.deleted_count, many.deleted_count) == (1, 2)
    assert await things.count_documents({}) == 2
    assert await things.count_documents({}, limit=1) == 1


async def test_unique_index_refuses_a_second_value(things: Collection) -> None:
    await things.create_index("email", unique=True, sparse=True)
    await things.insert_many([{"_id": 1, "email": "e"}, {"_id": 2}, {"_id": 3}])

    with pytest.raises(DuplicateKeyError) as refused:
        await things.update_one({"_id": 2}, {"$set": {"email": "e"}})

    assert refused.value.details is not None
    assert refused.value.details["keyPattern"] == {"email": 1}
    assert await things.find_one({"_id": 2}) == {"_id": 2}
