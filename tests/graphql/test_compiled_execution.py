"""Compiled execution of our own schema: the stock answers, and nothing that surprises it.

``GRAPHQL_EXAMPLES`` says how many queries are made up; each is compared some twenty times.
"""

import copy
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from itertools import product
from typing import Any
from unittest.mock import patch

import pytest
from bson import Decimal128
from graphql.execution import Executor
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from strawberry.types import ExecutionResult

from app.events.service import EventService
from app.profiles.service import SessionService
from app.storage.client import Document
from graphql_schema.compiled.memory import counts
from graphql_schema.context import Context
from graphql_schema.operations import LimitedSchema
from graphql_schema.schema import build_schema
from tests.building import NOON, an_event
from tests.compiled.garage import told
from tests.compiled.queries import CONDITIONS, twisted_queries
from tests.conftest import URI
from tests.living import World

EXAMPLES = int(os.environ.get("GRAPHQL_EXAMPLES", "0")) or (80 if URI is None else 20)

# Where a field fails, the stock executor forgets the coroutines of those beside it.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)

PEOPLE = 12
COMPILED, STOCK = build_schema(compiled=True), build_schema(compiled=False)

PAGE = """{
  profiles(first: 100) {
    edges { cursor }
    nodes {
      id userId email firstSeen lastSeenCountry { code name } identifiers { type value }
      attributes { name value first last values { value time } definition { dataType kind } }
      attribute(name: "last_seen") { value }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
KINDS = """{
  accounts { nodes { __typename ...Named } } profiles { edges { node { ...Named } } }
}
fragment Named on Node { id ... on Account { title: name } ... on Profile { title: name email } }"""
HISTORY = """query ($yes: Boolean!, $no: Boolean!) { profiles { nodes {
  sessions(first: 2) { totalCount nodes { viewCount frustrations { type count } events {
    nodes { type time context @skip(if: $no) profile @include(if: $yes) { email } }
  } } }
  mostVisitedPages { page views } accounts { nodes { name users(first: 1) { nodes { id } } } }
} } }"""

ODD: list[Any] = [
    *(None, True, 0, -1.5, 2**40, "", "ZZ", b"bytes", [], [1, None], {}, {"v": 1}, {"x": "v"}),
    *({"v": ["DE"]}, {"v": {"v": "DE"}}, {"v": Decimal128("1.50")}, {"t": NOON, "n": 1, "v": NOON}),
    *(Decimal128("NaN"), NOON + timedelta(days=1)),
]
"""Values that stand in no document, unless somebody else writes to the database."""

PATHS = (
    *("created_at", "updated_at", "identifiers", "accounts", "attributes"),
    *(f"attributes.{name}" for name in ("email", "name", "first_seen", "last_seen", "user_id")),
    *(f"attributes.{name}" for name in ("first_seen_country", "last_seen_country", "source")),
    *("attributes.total_revenue", "attributes.goal_uuids", "attributes.first_city"),
)

broken_documents = st.dictionaries(
    st.integers(0, PEOPLE - 1),
    st.dictionaries(st.sampled_from(PATHS), st.sampled_from(ODD), max_size=2),
    max_size=3,
)
throwing_services = st.sets(
    st.sampled_from(
        [
            (EventService, "pages_of_profiles"),
            (EventService, "most_visited_pages"),
            (SessionService, "pages_of_profiles"),
            (SessionService, "counts_of_profiles"),
        ]
    ),
    max_size=1,
)


async def people(world: World) -> None:
    await world.ingest(
        *(
            an_event(
                f"e{number}",
                user_id=f"u{number}",
                cookie_id=f"c{number}",
                session_id=f"s{number}",
                account={"id": f"a{number % 3}", "name": f"Company {number % 3}"},
                user={"email": f"u{number}@example.com"},
                context={"geo": {"country_iso_code": "NO", "city": "Oslo"}},
                properties={"revenue": 1.5 * number, "source": "mail", "goal_uuid": f"g{number}"},
            )
            for number in range(PEOPLE)
        )
    )


async def ask(
    world: World, query: str, variables: Mapping[str, Any], *, compiled: bool
) -> tuple[str, list[object]]:
    context = Context(world.services, now=world.clock())
    schema = build_schema(compiled=compiled)
    result = await schema.execute(query, dict(variables), context_value=context)
    assert isinstance(result, ExecutionResult)
    return told(result)


async def compare(world: World, query: str, variables: Mapping[str, Any], times: int = 2) -> None:
    """The first run may compile, the later ones use what is remembered."""
    stock = await ask(world, query, variables, compiled=False)
    for _ in range(times):
        assert await ask(world, query, variables, compiled=True) == stock


def changed(document: Document, changes: Mapping[str, Any]) -> Document:
    """The document with other values at some paths; without those that are not there any more."""
    broken = copy.deepcopy(document)
    for path, value in changes.items():
        *above, key = path.split(".")
        place = broken
        for one in above:
            place = place[one] if isinstance(place.get(one), dict) else {}
        place[key] = copy.deepcopy(value)
    return broken


async def fail(*_: object, **__: object) -> None:
    raise ValueError("a service that fails")


@settings(max_examples=EXAMPLES, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    query=twisted_queries(STOCK.as_str()),
    broken=st.lists(broken_documents, min_size=1, max_size=2),
    throwing=throwing_services,
)
async def test_answer_is_the_stock_one(
    world: World,
    query: str,
    broken: list[dict[int, dict[str, Any]]],
    throwing: set[tuple[type, str]],
) -> None:
    """Each query under all its conditions, over whole and over broken documents."""
    if not await world.services.profiles.count():
        await people(world)
    with ExitStack() as stack:
        for owner, name in throwing:
            stack.enter_context(patch.object(owner, name, fail))
        for changes in ({}, *broken):
            async with broken_in(world, changes):
                for answers in product((True, False), repeat=len(CONDITIONS)):
                    await compare(world, query, dict(zip(CONDITIONS, answers, strict=True)))


@asynccontextmanager
async def broken_in(world: World, changes: dict[int, dict[str, Any]]) -> AsyncIterator[None]:
    """Some of the profiles, by their number, with other values in places."""
    profiles = world.database["profiles"]
    whole = await profiles.find({}, sort=[("_id", 1)]).to_list() if changes else []
    for number, change in changes.items():
        await profiles.delete_one({"_id": whole[number]["_id"]})
        await profiles.insert_one(changed(whole[number], change))
    try:
        yield
    finally:
        for number in changes:
            await profiles.delete_one({"_id": whole[number]["_id"]})
            await profiles.insert_one(copy.deepcopy(whole[number]))


@pytest.mark.parametrize("path", PATHS)
async def test_answer_over_one_odd_value_is_the_stock_one(world: World, path: str) -> None:
    await people(world)
    for odd in ODD:
        async with broken_in(world, {3: {path: odd}}):
            await compare(world, PAGE, {}, times=1)


@pytest.mark.parametrize("query", [PAGE, KINDS, HISTORY])
async def test_answer_of_everything_is_the_stock_one(world: World, query: str) -> None:
    await people(world)
    for answers in product((True, False), repeat=len(CONDITIONS)):
        await compare(world, query, dict(zip(CONDITIONS, answers, strict=True)))


async def test_page_is_compiled_without_a_surprise(world: World) -> None:
    await people(world)
    query = PAGE.replace("100", "99")  # that nobody has asked before
    before = copy.deepcopy(counts(COMPILED._schema))

    stock = await ask(world, query, {}, compiled=False)

    assert await ask(world, query, {}, compiled=True) == stock
    after = counts(COMPILED._schema)
    assert after.compiled - before.compiled == 2
    assert after.surprised == before.surprised


async def test_who_traces_operations_sees_each_once_and_switches_nothing_off(world: World) -> None:
    """There are no extensions that could see every field: one wraps ``execute``."""
    await people(world)
    before, execute = counts(COMPILED._schema).compiled, LimitedSchema.execute
    with patch.object(LimitedSchema, "execute", autospec=True, side_effect=execute) as traced:
        await ask(world, PAGE.replace("100", "97"), {}, compiled=True)

    assert traced.call_count == 1
    assert counts(COMPILED._schema).compiled > before


RELATIONS = """{ profiles(first: 98) { nodes {
  email
  accounts(first: 1) { nodes { name } }
  few: sessions(first: 1) { nodes { startedAt frustrations { type } } pageInfo { hasNextPage } }
  mostVisitedPages(during: {last: "P1D"}) { page views }
} } }"""


async def test_relations_of_a_page_are_read_and_completed_together(world: World) -> None:
    await people(world)
    before = copy.deepcopy(counts(COMPILED._schema))
    plain = Executor.execute_field
    with patch.object(Executor, "execute_field", autospec=True, side_effect=plain) as stock:
        await ask(world, RELATIONS, {}, compiled=True)

    assert stock.call_count == 2  # the page and its nodes
    assert counts(COMPILED._schema).surprised == before.surprised
    await compare(world, RELATIONS, {})


@pytest.mark.parametrize("broken", ["P1D", "P-1D"])
async def test_relations_that_fail_are_told_as_ever(world: World, broken: str) -> None:
    await people(world)
    with patch.object(SessionService, "pages_of_profiles", fail):
        await compare(world, RELATIONS.replace("P1D", broken), {})
