"""What operations cost: computed before they run, told with every answer, bounded."""

from typing import Any

import pytest
from graphql import (
    FragmentDefinitionNode,
    OperationDefinitionNode,
    get_introspection_query,
    parse,
)

from app.paging import DEFAULT_PAGE, MAX_PAGE
from app.settings import MAX_QUERY_COST
from graphql_schema.limits.cost import SCHEMA_COST, cost_of
from graphql_schema.schema import build_schema
from tests.graphql.asking import Api

EVERYTHING = """
query ($first: Int) {
  profiles(first: $first) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { cursor node {
      id userId identifiers { type value } firstSeenCountry { name } lastSeenCountry { name }
      attributes { name value values { time } definition { displayName } }
      accounts(first: 1) { nodes { name } }
      sessions(first: 10) {
        pageInfo { hasNextPage }
        edges { cursor node { id startedAt frustrations { type count } } }
      }
    } }
  }
}
"""


def cost(query: str, **variables: object) -> int:
    """The cost of the first operation of a document."""
    schema, definitions = build_schema()._schema, parse(query).definitions
    fragments = {
        one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)
    }
    [operation, *_] = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
    return cost_of(schema, operation, fragments)(variables)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ __typename }", 0),
        ('{ profile(by: {userId: "u"}) { id email } }', 1),
        ('{ profile(by: {userId: "u"}) { identifiers { type } lastSeenCountry { name } } }', 3),
        ("{ profiles { totalCount } }", 1),
        ("{ profiles { nodes { id } } }", 1 + DEFAULT_PAGE),
        ("{ profiles(first: 7) { nodes { id } } }", 8),
        ("{ profiles(last: 7) { nodes { id } } }", 8),
        ("{ profiles(first: 0) { nodes { id } } }", 1),
        ("{ profiles(first: null, last: 7) { nodes { id } } }", 8),
        ("{ profiles(first: 7) { edges { cursor node { id } } pageInfo { endCursor } } }", 16),
        ("{ profiles(first: 7) { nodes { accounts(first: 2) { nodes { id } } } } }", 29),
        ("{ profiles(first: 1000000) { nodes { id } } }", 1 + MAX_PAGE),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 3),
        ("{ a: profiles(first: 7) { nodes { id } } b: profiles(first: 2) { nodes { id } } }", 11),
        ("{ attributes(kind: USER) { name } }", 1),
        ("mutation { mergeProfiles(input: {secondary: []}) { profile { id } } }", 2),
    ],
)
def test_objects_are_counted(query: str, expected: int) -> None:
    assert cost(query) == expected


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"first": 7}, 8),
        ({}, 4),
        ({"first": None}, 1 + DEFAULT_PAGE),
        ({"first": -7}, 1),
        ({"first": 10**9}, 1 + MAX_PAGE),
        ({"first": "no number"}, 1 + DEFAULT_PAGE),
    ],
)
def test_page_size_may_be_a_variable(variables: dict[str, Any], expected: int) -> None:
    query = "query ($first: Int = 3) { profiles(first: $first) { nodes { id } } }"
    assert cost(query, **variables) == expected


@pytest.mark.parametrize(("ids", "expected"), [(["a", "b"], 2), ([], 0), ("a", 50)])
def test_ids_may_be_a_variable(ids: object, expected: int) -> None:
    assert cost("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids) == expected


def test_of_several_types_the_dearest_counts() -> None:
    kinds = """
      ... on Profile { sessions(first: 4) { nodes { id } } }
      ... on Account { users(first: 9) { nodes { id } } }
      ... on Node { id }
    """
    assert cost(f'{{ node(id: "a") {{ {kinds} }} }}') == 1 + 1 + 9
    assert cost(f'{{ nodes(ids: ["a", "b"]) {{ {kinds} }} }}') == 2 * (1 + 1 + 9)


def test_fragments_cost_what_they_select() -> None:
    query = """
    { profiles(first: 7) { ...Page } accounts(first: 2) { nodes { ...Named } } }
    fragment Page on ProfileConnection { nodes { ...Named ... { lastSeenCountry { name } } } }
    fragment Named on Node { id ... on Account { users(first: 5) { nodes { id } } } }
    """
    assert cost(query) == (1 + 7 * (1 + 1)) + (1 + 2 * (1 + 1 + 5))


def test_fragments_that_double_each_other_are_counted_at_once() -> None:
    doubled = " ".join(
        f"fragment F{one} on Query {{ ...F{one + 1} ...F{one + 1} }}" for one in range(99)
    )
    last = "fragment F99 on Query { profiles(first: $first) { totalCount } }"

    assert cost(f"query ($first: Int) {{ ...F0 }} {doubled} {last}", first=1) == 2**99


def test_schema_costs_as_much_as_it_takes() -> None:
    assert cost(get_introspection_query()) == SCHEMA_COST


def test_largest_page_of_everything_fits_and_three_pages_in_each_other_do_not() -> None:
    nested = "{ accounts { nodes { users { nodes { sessions { nodes { id } } } } } } }"

    assert cost(EVERYTHING, first=MAX_PAGE) == 8402 <= MAX_QUERY_COST
    assert cost(nested) == 130_101 > MAX_QUERY_COST


async def test_answer_tells_the_cost(api: Api) -> None:
    answer = await api.answer("query ($n: Int) { profiles(first: $n) { nodes { id } } }", n=7)

    assert answer["extensions"] == {"cost": {"requested": 8, "maximum": MAX_QUERY_COST}}


async def test_answer_with_errors_tells_the_cost(api: Api) -> None:
    answer = await api.answer("{ profiles(first: 201) { nodes { id } } }")

    assert answer["errors"][0]["extensions"] == {"code": "PAGE_INVALID", "path": ["first"]}
    assert answer["extensions"]["cost"]["requested"] == 201


async def test_operation_that_costs_too_much_is_refused_before_it_runs(api: Api) -> None:
    response = await api.send("{ accounts { nodes { users(first: 200) { nodes { id } } } } }")

    message = "An operation costs at most 10000, not 10101; ask for smaller pages, or in parts."
    assert response.json() == {
        "errors": [
            {
                "message": message,
                "extensions": {"code": "QUERY_TOO_COMPLEX", "cost": 10101, "maximum": 10000},
            }
        ]
    }


async def test_mutation_that_costs_too_much_changes_nothing(api: Api) -> None:
    before = await api.stored()
    event = '{id: "e1", type: VIEW, time: "2026-01-01T00:00:00Z", cookieId: "c1"}'
    ingest = f"ingestEvents(input: {{events: [{event}]}}) {{ accepted }}"
    merged = "profile { sessions(first: 200) { nodes { id } } accounts(first: 200) { nodes { "
    merge = (
        f'mergeProfiles(input: {{secondary: [{{userId: "u"}}]}}) {{ {merged} '
        "users(first: 200) { nodes { id } } } } } }"
    )

    error = await api.error(f"mutation {{ {ingest} {merge} }}")

    assert error["code"] == "QUERY_TOO_COMPLEX"
    assert await api.stored() == before
