"""The update operators that profiles are made of, on whichever store is under test."""

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Decimal128
from pymongo.errors import WriteError

from app.storage.client import Collection, Database

EARLY = datetime(2024, 1, 1, tzinfo=UTC)
LATE = datetime(2024, 1, 2, tzinfo=UTC)


def stamped(value: object, *, t: datetime = EARLY, n: int = 0) -> dict[str, object]:
    return {"t": t, "n": n, "v": value}


@pytest.fixture
def profiles(database: Database) -> Collection:
    return database["profiles"]


async def updated(
    profiles: Collection, before: dict[str, Any], update: dict[str, Any]
) -> dict[str, Any]:
    """What the update makes of the document, without its id."""
    await profiles.insert_one({"_id": "p", **before})
    await profiles.update_one({"_id": "p"}, update)
    after = await profiles.find_one({"_id": "p"}, {"_id": 0})
    assert after is not None
    return after


@pytest.mark.parametrize(
    ("smaller", "greater"),
    [
        (stamped("z"), stamped("a", t=LATE)),
        (stamped("z", n=1), stamped("a", n=2)),
        (stamped("a"), stamped("b")),
        (stamped("Z"), stamped("a")),
        (stamped("\uffff"), stamped("\U00010000")),
        (stamped(2), stamped(Decimal128("10"))),
        (stamped(Decimal128("1.5")), stamped(2)),
        (stamped(Decimal128("1.5")), stamped(1.75)),
        (stamped(Decimal128("-1E+10")), stamped(Decimal128("0.1"))),
        (stamped(5), stamped("5")),
        (stamped(None), stamped(0)),
        (stamped("x"), stamped(value=False)),
        (stamped(value=False), stamped(value=True)),
        (stamped(value=True), stamped(EARLY)),
    ],
)
async def test_min_and_max_keep_the_stamped_value_that_is_first_and_last(
    profiles: Collection, smaller: dict[str, object], greater: dict[str, object]
) -> None:
    before = {"down": greater, "up": smaller, "low": smaller, "high": greater}

    after = await updated(
        profiles,
        before,
        {"$min": {"down": smaller, "low": greater}, "$max": {"up": greater, "high": smaller}},
    )

    assert after == {"down": smaller, "up": greater, "low": smaller, "high": greater}


async def test_min_and_max_set_a_missing_field_and_make_the_documents_around_it(
    profiles: Collection,
) -> None:
    after = await updated(
        profiles, {}, {"$min": {"a.first": stamped("x")}, "$max": {"a.last": stamped("x")}}
    )

    assert after == {"a": {"first": stamped("x"), "last": stamped("x")}}


async def test_max_replaces_null_and_min_keeps_it(profiles: Collection) -> None:
    after = await updated(profiles, {"a": None, "b": None}, {"$max": {"a": 1}, "$min": {"b": 1}})

    assert after == {"a": 1, "b": None}


async def test_max_keeps_what_was_there_among_equal_numbers(profiles: Collection) -> None:
    after = await updated(profiles, {"a": 1}, {"$max": {"a": Decimal128("1.0")}})

    assert after == {"a": 1}
    assert isinstance(after["a"], int)


@pytest.mark.parametrize(
    ("before", "by", "after"),
    [
        (None, Decimal128("1.50"), Decimal128("1.50")),
        (Decimal128("0.1"), Decimal128("0.2"), Decimal128("0.3")),
        (1, Decimal128("0.50"), Decimal128("1.50")),
        (Decimal128("0.50"), 1, Decimal128("1.50")),
        (0.1, Decimal128("1"), Decimal128("1.100000000000000")),
        (
            Decimal128("1234567890123456789012345678901234"),
            Decimal128("0.5"),
            Decimal128("1234567890123456789012345678901234"),
        ),
        (2, 3, 5),
        (2**40, 1, 2**40 + 1),
        (1.5, 1, 2.5),
    ],
)
async def test_inc_adds_exactly(
    profiles: Collection, before: object, by: object, after: object
) -> None:
    start = {} if before is None else {"sum": before}

    assert await updated(profiles, start, {"$inc": {"sum": by}}) == {"sum": after}


async def test_push_sorts_by_several_keys_and_keeps_the_last(profiles: Collection) -> None:
    first, second = stamped("b", n=1), stamped("a", n=2)
    third, fourth = stamped("c", n=2), stamped("0", t=LATE)

    after = await updated(
        profiles,
        {"list": [first, third]},
        {
            "$push": {
                "list": {
                    "$each": [fourth, second],
                    "$sort": {"t": 1, "n": 1, "v": 1},
                    "$slice": -3,
                }
            }
        },
    )

    assert after == {"list": [second, third, fourth]}


@pytest.mark.parametrize(
    ("clauses", "after"),
    [
        ({"$each": [1, 2]}, [3, 1, 1, 2]),
        ({"$each": [2], "$position": 0}, [2, 3, 1]),
        ({"$each": [2], "$sort": -1}, [3, 2, 1]),
        ({"$each": [Decimal128("1.5")], "$sort": 1}, [1, Decimal128("1.5"), 3]),
        ({"$each": [2], "$slice": 2}, [3, 1]),
        ({"$each": [2], "$slice": 0}, []),
        ({"$each": []}, [3, 1]),
    ],
)
async def test_push_takes_several_elements_with_clauses(
    profiles: Collection, clauses: dict[str, object], after: list[object]
) -> None:
    assert await updated(profiles, {"a": [3, 1]}, {"$push": {"a": clauses}}) == {"a": after}


async def test_push_makes_a_list_and_takes_a_document_as_one_element(profiles: Collection) -> None:
    after = await updated(profiles, {}, {"$push": {"a.b": {"x": 1}}})

    assert after == {"a": {"b": [{"x": 1}]}}


async def test_add_to_set_adds_each_once_by_value(profiles: Collection) -> None:
    after = await updated(
        profiles,
        {"ids": ["a"], "numbers": [1]},
        {
            "$addToSet": {
                "ids": {"$each": ["a", "b", "b"]},
                "numbers": {"$each": [Decimal128("1.0"), True]},
                "fresh": "x",
            }
        },
    )

    assert after == {"ids": ["a", "b"], "numbers": [1, True], "fresh": ["x"]}


@pytest.mark.parametrize(
    ("condition", "after"),
    [
        (1, [2, {"x": 1, "y": 1}, {"x": 2}, "1"]),
        (Decimal128("1.0"), [2, {"x": 1, "y": 1}, {"x": 2}, "1"]),
        ({"x": 1}, [1, 2, {"x": 2}, "1"]),
        ({"$gte": 2}, [1, {"x": 1, "y": 1}, {"x": 2}, "1"]),
        ({"$in": [1, "1"]}, [2, {"x": 1, "y": 1}, {"x": 2}]),
    ],
)
async def test_pull_removes_what_matches(
    profiles: Collection, condition: object, after: list[object]
) -> None:
    before = {"a": [1, 2, {"x": 1, "y": 1}, {"x": 2}, "1"]}

    assert await updated(profiles, before, {"$pull": {"a": condition}}) == {"a": after}


async def test_pull_of_a_missing_list_changes_nothing(profiles: Collection) -> None:
    assert await updated(profiles, {}, {"$pull": {"a.b": 1}}) == {}


async def test_rename_moves_what_is_there(profiles: Collection) -> None:
    before = {"a": {"x": 1}, "b": 2, "old": {"y": 3}}
    moved = {"a": "old.a", "b": "c", "missing": "old.missing"}

    after = await updated(profiles, before, {"$rename": moved, "$set": {"old.z": 4}})

    assert after == {"old": {"y": 3, "a": {"x": 1}, "z": 4}, "c": 2}


async def test_rename_to_where_something_else_is_written_is_refused(profiles: Collection) -> None:
    with pytest.raises(WriteError):
        await updated(profiles, {"a": 1}, {"$rename": {"a": "b"}, "$set": {"b": 2}})


async def test_pull_all_and_pop_shorten_lists(profiles: Collection) -> None:
    before = {"a": [1, 2, 1, 3], "first": [1, 2], "last": [1, 2]}

    after = await updated(
        profiles, before, {"$pullAll": {"a": [1, 3]}, "$pop": {"first": -1, "last": 1}}
    )

    assert after == {"a": [2], "first": [2], "last": [1]}


async def test_unset_removes_a_nested_field_and_leaves_what_is_around_it(
    profiles: Collection,
) -> None:
    after = await updated(
        profiles, {"a": {"b": {"c": 1, "d": 2}}}, {"$unset": {"a.b.c": "", "a.x.y": "", "z": ""}}
    )

    assert after == {"a": {"b": {"d": 2}}}


async def test_set_reaches_into_documents_and_lists(profiles: Collection) -> None:
    after = await updated(
        profiles, {"a": [{"x": 1}]}, {"$set": {"a.0.x": 2, "b.c": "$text", "d": {"e": 1}}}
    )

    assert after == {"a": [{"x": 2}], "b": {"c": "$text"}, "d": {"e": 1}}


async def test_set_on_insert_acts_only_when_the_upsert_inserts(profiles: Collection) -> None:
    update = {"$setOnInsert": {"created": 1}, "$inc": {"count": 1}}

    await profiles.update_one({"_id": "p"}, update, upsert=True)
    await profiles.update_one({"_id": "p"}, {**update, "$setOnInsert": {"created": 2}}, upsert=True)

    assert await profiles.find_one({"_id": "p"}) == {"_id": "p", "created": 1, "count": 2}


async def test_update_many_changes_every_match_and_shares_nothing_between_them(
    profiles: Collection,
) -> None:
    await profiles.insert_many([{"_id": 1, "a": 1}, {"_id": 2, "a": 1}, {"_id": 3, "a": 2}])

    result = await profiles.update_many({"a": 1}, {"$set": {"list": [1]}})
    await profiles.update_one({"_id": 1}, {"$push": {"list": 2}})

    assert (result.matched_count, result.modified_count) == (2, 2)
    assert await profiles.find({}, sort=[("_id", 1)]).to_list() == [
        {"_id": 1, "a": 1, "list": [1, 2]},
        {"_id": 2, "a": 1, "list": [1]},
        {"_id": 3, "a": 2},
    ]


async def test_an_update_that_changes_nothing_matches_and_modifies_nothing(
    profiles: Collection,
) -> None:
    await profiles.insert_one({"_id": "p", "a": stamped("x"), "s": [1]})

    result = await profiles.update_one(
        {"_id": "p"}, {"$min": {"a": stamped("y")}, "$addToSet": {"s": 1}}
    )

    assert (result.matched_count, result.modified_count, result.upserted_id) == (1, 0, None)


@pytest.mark.parametrize(
    ("update", "code"),
    [
        ({"$inc": {"text": 1}}, 14),
        ({"$inc": {"nothing": 1}}, 14),
        ({"$inc": {"most": 1}}, 2),
        ({"$push": {"text": 1}}, 2),
        ({"$addToSet": {"text": 1}}, 2),
        ({"$pull": {"text": 1}}, 2),
        ({"$set": {"text.x": 1}}, 28),
        ({"$min": {"a": 1}, "$max": {"a": 1}}, 40),
        ({"$set": {"a": 1}, "$inc": {"a.b": 1}}, 40),
        ({"$set": {"_id": "q"}}, 66),
        ({"$unheardOf": {"a": 1}}, 9),
    ],
)
async def test_a_refused_update_changes_nothing(
    profiles: Collection, update: dict[str, object], code: int
) -> None:
    before = {"_id": "p", "text": "x", "nothing": None, "most": 2**63 - 1}
    await profiles.insert_one(before)

    with pytest.raises(WriteError) as refused:
        await profiles.update_one({"_id": "p"}, update)

    assert refused.value.code == code
    assert await profiles.find_one({"_id": "p"}) == before


async def test_an_error_in_the_middle_takes_the_whole_update_back(profiles: Collection) -> None:
    await profiles.insert_one({"_id": "p", "text": "x"})

    with pytest.raises(WriteError):
        await profiles.update_one({"_id": "p"}, {"$set": {"a": 1}, "$inc": {"text": 1}})

    assert await profiles.find_one({"_id": "p"}) == {"_id": "p", "text": "x"}
