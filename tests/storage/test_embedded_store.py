"""What only the embedded store has to prove: it agrees with a server, and looks up by id."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import uuid4

import pytest
from bson import Decimal128
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.errors import WriteError

from app.storage.client import Collection, Database, connect

Update: TypeAlias = dict[str, dict[str, Any]]

MOMENTS = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(milliseconds=step) for step in range(3)]

whole = st.integers(-3, 3) | st.sampled_from([2**31, -(2**40), 2**63 - 1])
decimals = st.decimals(-9, 9, places=2).map(Decimal128) | st.sampled_from(
    [Decimal128("1E+3"), Decimal128("0.1"), Decimal128("9999999999999999999999999999999999")]
)
numbers = whole | decimals | st.sampled_from([0.5, -2.25])
scalars = (
    numbers | st.sampled_from(["", "a", "B", "é", "\uffff", "\U00010000"])
    | st.booleans() | st.none() | st.sampled_from(MOMENTS)
)  # fmt: skip
stamps = st.builds(
    lambda t, n, v: {"t": t, "n": n, "v": v}, st.sampled_from(MOMENTS), st.integers(0, 2), scalars
)
values = scalars | stamps
pushes = st.builds(
    lambda each, limit: {"$each": each, "$sort": {"t": 1, "n": 1, "v": 1}, "$slice": limit},
    st.lists(stamps, min_size=1, max_size=4),
    st.integers(1, 4) | st.integers(-4, -1),
)  # not an empty result: DocumentDB then makes no list where MongoDB makes an empty one
additions = st.lists(values, min_size=1, max_size=3).map(lambda each: {"$each": each})

OPERANDS = {
    "$set": values,
    "$setOnInsert": values,
    "$unset": st.just(""),
    "$inc": numbers,
    "$min": values,
    "$max": values,
    "$push": pushes,
    "$addToSet": values | additions,
    "$pull": scalars,
}
PATHS = {
    "$push": ["list", "deep.list"],
    "$addToSet": ["set", "deep.set"],
    "$pull": ["set"],  # DocumentDB makes the documents around a missing list, MongoDB does not
    "$inc": ["sum", "deep.sum"],  # numbers only: DocumentDB also adds to a boolean
}


@st.composite
def updates(draw: st.DrawFn) -> Update:
    """Operators on different paths: two on one path are refused, which another test shows."""
    update: Update = {}
    taken: set[str] = set()
    for name in draw(st.lists(st.sampled_from(sorted(OPERANDS)), min_size=1, unique=True)):
        path = draw(st.sampled_from(PATHS.get(name, ["a", "b", "deep.a", "deep.b", "list"])))
        if path not in taken:
            taken.add(path)
            update[name] = {path: draw(OPERANDS[name])}
    return update


async def outcomes(things: Collection, steps: list[Update]) -> list[object]:
    """After each step the document, and whether it was made or refused.

    Not whether it was modified: DocumentDB says so of ``$inc`` by 0, MongoDB does not.
    """
    identity, seen = uuid4().hex, list[object]()
    for step in steps:
        try:
            result = await things.update_one({"_id": identity}, step, upsert=True)
        except WriteError:  # the code is left open: an update may be wrong in two ways
            seen.append("refused")
        else:
            seen.append((result.matched_count, result.upserted_id == identity))
        seen.append(await things.find_one({"_id": identity}, {"_id": 0}))
    return seen


@pytest.mark.server
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(updates(), min_size=1, max_size=6))
async def test_any_updates_end_the_same_on_both_stores(
    database: Database, steps: list[Update]
) -> None:
    embedded = connect(None, "embedded")

    assert await outcomes(embedded["things"], steps) == await outcomes(database["things"], steps)


async def test_looking_up_ids_does_not_read_the_collection() -> None:
    things = connect(None, "embedded")["things"]
    await things.insert_many([{"_id": number} for number in range(20_000)])

    started = time.perf_counter()
    for number in range(200):
        await things.find_one({"_id": number})
        await things.find({"_id": {"$in": [number, -1]}}).to_list()
    assert time.perf_counter() - started < 1  # a scan takes 20 ms each time, 8 s together


async def test_expired_documents_go_when_the_store_is_next_asked() -> None:
    things = connect(None, "embedded")["things"]
    await things.create_index("expires", expireAfterSeconds=0)
    await things.insert_many([{"_id": 1, "expires": MOMENTS[0]}, {"_id": 2}])

    assert await things.find({}).to_list() == [{"_id": 2}]


async def test_two_embedded_stores_share_nothing() -> None:
    await connect(None, "same")["things"].insert_one({"_id": 1})

    assert await connect(None, "same")["things"].find_one({}) is None
