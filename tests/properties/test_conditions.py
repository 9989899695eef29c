"""Conditions and orders mean the same to Python and to the store, for all 30 pairs."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.cursors import cursor
from app.errors import FilterInvalidError
from app.paging import MAX_PAGE, PageRequest
from app.profiles.compile import LIVE, fold_update
from app.profiles.model import Fold
from app.profiles.read_repository import DocumentReader
from app.segments.check import Frame, check_filter
from app.segments.compile import compile_condition
from app.segments.evaluate import Subject, evaluate, values
from app.segments.operators import OPERATORS
from app.segments.order import OrderBy, order_of
from app.segments.resolve import asks_for_content
from app.storage.client import Database
from app.values import DataType
from tests.building import NOON
from tests.properties.strategies import PAIRS, VALUES, histories, texts
from tests.properties.test_operators import CATALOGUE, a_fold, named

Raw = dict[str, Any]
FRAME = Frame(ProfileKind.USER, CATALOGUE, NOON)
LISTS = (Aggregation.LIST, Aggregation.UNIQUE_LIST)
SORTABLE = [named(pair) for pair in PAIRS if pair[1] not in LISTS]

folds = st.lists(
    st.dictionaries(st.sampled_from(PAIRS), st.none(), max_size=4).flatmap(
        lambda pairs: st.fixed_dictionaries({pair: histories(*pair, max_size=3) for pair in pairs})
    ),
    min_size=1,
    max_size=5,
)


def operands(data_type: DataType, operator: str) -> st.SearchStrategy[Any]:
    plain = st.shared(VALUES[data_type], key=f"{data_type}") | VALUES[data_type]
    match operator:
        case "in" | "notIn":
            return st.lists(plain, max_size=3)
        case "contains" | "startsWith" | "matches":
            return texts.map(lambda one: one[:3]) | st.sampled_from(["a*", "*", "1", ".", "^", "$"])
        case "exists":
            return st.booleans()
        case "withinLast" | "notWithinLast":
            return st.sampled_from([timedelta(seconds=2), timedelta(days=400_000)])
        case _:
            return plain


@st.composite
def attribute_conditions(draw: st.DrawFn) -> Raw:
    data_type, aggregation = draw(st.sampled_from(PAIRS))
    operator = draw(st.sampled_from(sorted(OPERATORS)))
    operand = draw(operands(data_type, operator))
    return {"attribute": {"name": named((data_type, aggregation)), operator: operand}}


filters: st.SearchStrategy[Raw] = st.recursive(
    attribute_conditions(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda ones: {"and": ones}),
        st.lists(inner, min_size=1, max_size=3).map(lambda ones: {"or": ones}),
        inner.map(lambda one: {"not": one}),
    ),
    max_leaves=4,
)


async def store(database: Database, people: list[Mapping[Any, Any]]) -> dict[str, Fold]:
    """The folds, each in a document of its own, by id."""
    await database["profiles"].delete_many({})
    stored: dict[str, Fold] = {}
    for histories_of in people:
        fold, key = a_fold(dict(histories_of)), uuid4().hex
        constants = {"$setOnInsert": LIVE}
        await database["profiles"].update_one(
            {"_id": key}, fold_update(fold) | constants, upsert=True
        )
        stored[key] = fold
    return stored


@given(people=folds, raw=filters)
async def test_filter_finds_what_the_condition_holds_for(
    database: Database, people: list[Mapping[Any, Any]], raw: Raw
) -> None:
    try:
        condition = check_filter(raw, FRAME)
    except FilterInvalidError:
        return
    if asks_for_content(condition):
        assert not evaluate(condition, Subject("claimed", lambda: Fold({})))
    stored = await store(database, people)

    query = compile_condition(condition)
    found = await database["profiles"].find(query, {"_id": 1}).to_list()

    assert {one["_id"] for one in found} == {
        key
        for key, fold in stored.items()
        if evaluate(condition, Subject(key, lambda: fold))  # noqa: B023  # asked at once
    }


@given(
    people=folds,
    asked=st.lists(
        st.builds(OrderBy, st.sampled_from(SORTABLE), st.booleans()),
        max_size=3,
        unique_by=lambda one: one.attribute,
    ),
    size=st.integers(1, 3),
)
async def test_pages_put_together_are_the_sorted_list(
    database: Database, people: list[Mapping[Any, Any]], asked: list[OrderBy], size: int
) -> None:
    stored = await store(database, people)
    order, reader = (
        order_of(asked, ProfileKind.USER, CATALOGUE),
        DocumentReader(database["profiles"]),
    )
    expected = sorted(stored, key=lambda key: key, reverse=order[-1].direction < 0)
    for one in reversed(asked):
        expected = _sorted(expected, stored, one)

    whole = await reader.page({}, order, PageRequest(first=MAX_PAGE))
    forward: list[str] = []
    backward: list[str] = []
    after = before = None
    for _ in range(len(stored)):
        page = await reader.page({}, order, PageRequest(first=size, after=after))
        forward += [one["_id"] for one in page.items]
        after = cursor(page.items[-1], order) if page.items else after
        page = await reader.page({}, order, PageRequest(last=size, before=before))
        backward[:0] = [one["_id"] for one in page.items]
        before = cursor(page.items[0], order) if page.items else before

    assert [one["_id"] for one in whole.items] == expected
    assert forward == expected
    assert backward == expected


def _sorted(keys: list[str], stored: dict[str, Fold], one: OrderBy) -> list[str]:
    """Stable, with those that have no value last."""
    value: dict[str, Any] = {
        key: values(*fold.attributes[one.attribute])[-1]
        for key, fold in stored.items()
        if one.attribute in fold.attributes
    }
    having = [key for key in keys if key in value]
    having.sort(key=lambda key: value[key], reverse=one.descending)  # equal ones keep their order
    return having + [key for key in keys if key not in value]
