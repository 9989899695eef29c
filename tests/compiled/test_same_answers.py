"""Compiled execution answers what stock execution answers, to the last location of an error."""

import asyncio
import gc
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.compiled.garage import (
    Colour,
    Later,
    Row,
    a_schema,
    a_wheel,
    ask,
    counted,
    some_cars,
    told,
)
from tests.compiled.queries import CONDITIONS, twisted_queries

# Where a field fails, the stock executor forgets the coroutines of those beside it.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)

COMPILED, STOCK = a_schema(), a_schema(compiled=False)
TIMES = 3
"""The first run may compile, the later ones use what is remembered."""

ODD: list[Any] = [
    None,
    True,
    0,
    2**31,
    1.5,
    math.nan,
    math.inf,
    "",
    "red",
    b"bytes",
    [],
    (1, 2),
    [None],
    [[1], None],
    {},
    {"__typename": "Wheel"},
    {"__typename": "Nothing"},
    Colour.RED,
    object,
    ValueError("in the row"),
    Later("text"),
    Later(None),
    Later([a_wheel(1)]),
    a_wheel(2),
]


@pytest.fixture(autouse=True)
def _no_coroutine_outlives_its_test() -> Iterator[None]:
    yield
    gc.collect()


@st.composite
def broken_rows(draw: st.DrawFn) -> list[Row]:
    cars = some_cars()
    parts = [car["factory"]["parts"] for car in cars]
    states = [state for one in parts for state in one.values()]
    factories = [car["factory"] for car in cars]
    rows = [*cars, *(wheel for car in cars for wheel in car["wheels"]), *parts, *states, *factories]
    for _ in range(draw(st.integers(0, 3))):
        row = draw(st.sampled_from(rows))
        key = draw(st.sampled_from(sorted(row)))
        if draw(st.integers(0, 9)):
            row[key] = draw(st.sampled_from(ODD))
        else:
            del row[key]
    return cars


async def compare(query: str, cars: list[Row], **variables: bool) -> None:
    for _ in range(TIMES):
        stock = await ask(STOCK, query, cars, **variables)
        assert told(await ask(COMPILED, query, cars, **variables)) == told(stock)


@given(
    query=twisted_queries(STOCK.as_str()),
    cars=broken_rows(),
    conditions=st.lists(st.booleans(), min_size=2, max_size=2),
)
def test_answer_is_the_stock_one(query: str, cars: list[Row], conditions: list[bool]) -> None:
    asyncio.run(compare(query, cars, **dict(zip(CONDITIONS, conditions, strict=True))))


@pytest.mark.parametrize(
    "query",
    [
        "{ cars { name } }",
        "{ cars { a: name b: name id fast built extra matrix } }",
        "{ cars { wheels { name size ratio colour tags notes } spare { size } } }",
        '{ cars { label again: label(prefix: "a", times: 2, colour: BLUE) } }',
        """{ cars { parts { name a: state b: state age wear kind { weight } __typename }
        some: parts(names: ["door", "seat"]) { kind { weight } } } }""",
        '{ cars { part(name: "engine") { state wear } door: part(name: "door") { name age } } }',
        "{ cars { name slow fast broken wheels { size } friend { name friend { id } } } }",
        "{ cars { thing { __typename ... on Wheel { size } ... on Boat { sails } } } }",
        "{ named { __typename name ... on Car { fast wheels { __typename } } } }",
        "{ maybe { name } car(number: 3) { name spare { name } } none: car(number: 99) { id } }",
        """{ cars { ...F spare { ...G } } }
        fragment F on Car { id ...H } fragment G on Wheel { size } fragment H on Named { name }""",
        "{ cars { spare { size } spare { ratio } } }",
        "{ __schema { types { name fields { name type { kind name ofType { name } } } } } }",
    ],
)
async def test_answer_with_one_odd_value_is_the_stock_one(query: str) -> None:
    await compare(query, some_cars())
    for key in [one for one in a_wheel(1) | some_cars()[0] if one in query]:
        for odd in ODD:
            cars = some_cars()
            for row in (cars[5], cars[5]["wheels"][0]):
                if key in row:
                    row[key] = odd
            await compare(query, cars)


@pytest.mark.parametrize(
    "path", ["maker", "factory", "parts", "door", "engine", "v", "age", "wear"]
)
async def test_cells_of_one_odd_state_are_the_stock_ones(path: str) -> None:
    query = "{ cars { parts { name state age wear } } }"
    for odd in ODD:
        cars = some_cars()
        factory = cars[7]["factory"]
        for place in (cars[7], factory, factory["parts"], *factory["parts"].values()):
            if path in place:
                place[path] = odd
        await compare(query, cars)


async def test_page_of_cells_is_completed_without_a_surprise() -> None:
    schema = a_schema()

    result = await ask(
        schema, '{ cars { parts { name state } part(name: "door") { age } } }', some_cars()
    )

    assert result.data
    assert result.data["cars"][1] == {
        "parts": [
            {"name": "door", "state": {"deep": 1}},
            {"name": "engine", "state": "e1"},
            {"name": "mirror", "state": 1},
        ],
        "part": {"age": 1},
    }
    assert result.data["cars"][5] == {"parts": [{"name": "mirror", "state": 5}], "part": None}
    assert (counted(schema).compiled, counted(schema).surprised.total()) == (1, 0)


async def test_variables_decide_each_time_what_is_selected() -> None:
    query = "query ($a: Boolean!) { cars { name @include(if: $a) id @skip(if: $a) } }"

    for wanted in (True, False, True, False):
        await compare(query, some_cars(), a=wanted)


async def test_arguments_are_those_of_the_request() -> None:
    query = "query ($p: String!) { cars { label(prefix: $p) } }"

    for prefix in ("my", "your"):
        result = await ask(COMPILED, query, some_cars(), p=prefix)
        assert result.data == {
            "cars": [{"label": f"{prefix} plain CAR{number}"} for number in range(12)]
        }


async def test_one_bad_row_leaves_the_others_compiled() -> None:
    schema, cars = a_schema(), some_cars()
    cars[7]["fast"] = object()

    result = await ask(schema, "{ maybe { name fast } }", cars)

    assert [one.path for one in result.errors or []] == [["maybe", 8, "fast"]]
    # the list, then the one row; of the others some came before compiling was worth it
    assert counted(schema).surprised == {"Car": 2}
    assert counted(schema).compiled > 0
