"""What one operation may be and bring; beyond it is told what was found, and nothing runs."""

from typing import Any

import pytest
from graphql import get_introspection_query

from graphql_schema.documents import MAX_TEXT, MAX_TOKENS, RefusedError
from graphql_schema.limits.lists import MAX_LIST
from graphql_schema.limits.rules import MAX_ALIASES, MAX_DEPTH
from graphql_schema.schema import build_schema
from tests.graphql.asking import MERGE, Api, an_event


def wrapped(field: str, depth: int) -> str:
    """A field inside so many selections."""
    around = depth - 3
    return f"{{ profiles {{ nodes {{ {'... { ' * around} {field} {'} ' * around} }} }} }}"


def aliased(count: int) -> str:
    """An operation of so many aliases."""
    return f"{{ {' '.join(f'a{number}: __typename' for number in range(count))} }}"


def multiplying(fragments: int, times: int) -> str:
    """An operation that spreads a fragment, which spreads another several times, and so on."""
    halves = (
        f"fragment F{one} on Query {{ {f'...F{one + 1} ' * times} }}" for one in range(fragments)
    )
    return f"{{ ...F0 }} {' '.join(halves)} fragment F{fragments} on Query {{ a: __typename }}"


async def test_operation_as_deep_as_may_be_is_answered(api: Api) -> None:
    await api.data(wrapped("id", MAX_DEPTH))


async def test_operation_that_is_too_deep_is_refused(api: Api) -> None:
    assert await api.error(wrapped("id", MAX_DEPTH + 1)) == {
        "code": "QUERY_TOO_DEEP",
        "message": "An operation nests at most 20 selections, not 21.",
        "path": None,
    }


async def test_depth_is_counted_through_fragments(api: Api) -> None:
    inner = f"fragment Inner on Profile {{ {'... { ' * 17} id {'} ' * 17} }}"
    query = f"{{ profiles {{ nodes {{ ...Inner }} }} }} {inner}"

    assert (await api.error(query))["message"].endswith("at most 20 selections, not 21.")


async def test_aliases_are_counted(api: Api) -> None:
    await api.data(aliased(MAX_ALIASES))

    assert await api.error(aliased(MAX_ALIASES + 1)) == {
        "code": "TOO_MANY_ALIASES",
        "message": "An operation has at most 30 aliases, not 31.",
        "path": None,
    }


async def test_aliases_in_fragments_count_each_time(api: Api) -> None:
    await api.data(multiplying(4, times=2))

    error = await api.error(multiplying(5, times=2))

    assert error["message"] == "An operation has at most 30 aliases, not 32."


async def test_fragments_that_multiply_each_other_are_refused_at_once(api: Api) -> None:
    error = await api.error(multiplying(18, times=20))

    assert error["message"].endswith(f"not {20**18}.")


async def test_circle_of_fragments_is_refused(api: Api) -> None:
    error = await api.error("{ ...A } fragment A on Query { a: __typename ...A }")

    assert error["code"] == "GRAPHQL_INVALID"


async def test_unknown_fragment_is_refused(api: Api) -> None:
    assert (await api.error("{ ...Nowhere }"))["code"] == "GRAPHQL_INVALID"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            f"{{ {'__typename ' * MAX_TOKENS} }}",
            "A document has at most 1000 tokens, this one more; use variables.",
        ),
        (
            "#\n" * (MAX_TOKENS + 1) + "{ __typename }",
            "A document has at most 1000 tokens, this one more; use variables.",
        ),
        (
            "{ __typename }" + " " * MAX_TEXT,
            "A document has at most 65536 characters, this one 65550; use variables.",
        ),
    ],
)
async def test_document_that_is_too_large_is_refused(api: Api, query: str, message: str) -> None:
    error = await api.error(query)

    assert error == {"code": "QUERY_TOO_LARGE", "message": message, "path": None}


async def test_mistake_in_the_text_is_no_limit(api: Api) -> None:
    assert (await api.error("{ profiles"))["code"] == "GRAPHQL_SYNTAX"


async def test_schema_can_be_asked_for_as_graphiql_does(api: Api) -> None:
    everything = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )

    schema = (await api.data(everything))["__schema"]

    assert schema["queryType"]["name"] == "Query"


async def test_one_of_several_operations_has_to_be_named(api: Api) -> None:
    query = "query A { profiles { totalCount } } query B { accounts { totalCount } }"

    assert await api.error(query) == {
        "code": "GRAPHQL_REQUEST",
        "message": "The document has several operations: say which by `operationName`.",
        "path": None,
    }
    named = await api.http.post("/graphql", json={"query": query, "operationName": "B"})
    assert named.json()["data"] == {"accounts": {"totalCount": 0}}


@pytest.mark.parametrize(
    ("query", "variables", "path"),
    [
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": [""] * 1001}, ["ids"]),
        (
            MERGE,
            {"input": {"secondary": [{"userId": "u"}] * 1001}},
            ["input", "secondary"],
        ),
        (
            """query ($names: [String!]) {
              profiles { nodes { attributes(names: $names) { name } } }
            }""",
            {"names": ["name"] * 1001},
            ["names"],
        ),
    ],
)
async def test_list_that_is_too_long_is_refused(
    api: Api, query: str, variables: dict[str, Any], path: list[str]
) -> None:
    assert MAX_LIST == 1000
    [error] = (await api.answer(query, **variables))["errors"]

    assert error["extensions"] == {"code": "LIST_TOO_LONG", "path": path}
    assert error["message"] == "A list has at most 1000 items, not 1001."


async def test_list_as_long_as_may_be_reaches_its_field(api: Api) -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    assert (await api.error(query, ids=[""] * MAX_LIST))["code"] == "PAGE_INVALID"


async def test_list_in_a_json_value_is_one_value(api: Api) -> None:
    answer = await api.ingest(an_event("e1", properties={"many": [1] * (MAX_LIST + 1)}))

    assert answer["accepted"] == 1


def test_what_is_refused_is_not_kept() -> None:
    known = build_schema(max_cost=1).known

    for query in ("{ unknown }", aliased(MAX_ALIASES + 1), wrapped("id", MAX_DEPTH + 1)):
        with pytest.raises(RefusedError):
            known(query)
    assert known.cache_info().currsize == 0

    assert known("{ __typename }") is known("{ __typename }")
    assert known.cache_info().currsize == 1


@pytest.mark.parametrize("query", ["{ __schema { description } }", "{ profilez { totalCount } }"])
async def test_server_without_introspection_tells_nothing_of_its_schema(query: str) -> None:
    result = await build_schema(introspection=False).execute(query)

    [error] = result.errors or []
    assert result.data is None
    assert "profiles" not in error.message


async def test_server_without_introspection_runs_what_it_is_asked() -> None:
    result = await build_schema(introspection=False).execute("{ __typename }")

    assert (result.data, result.errors) == ({"__typename": "Query"}, None)
