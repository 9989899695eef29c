"""Lists read of documents what their answer is made of: no more, and never less."""

from collections.abc import Iterable
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings

from app.aggregation.monoids import Aggregation
from app.profiles.read_repository import DocumentReader
from graphql_schema import projection
from graphql_schema.schema import build_schema
from tests.building import an_event
from tests.compiled.queries import CONDITIONS, twisted_queries
from tests.graphql.test_compiled_execution import HISTORY, PAGE, ask, people
from tests.living import World

SCHEMA = build_schema().as_str()
FOR_ALL = 'names: ["email", "last_seen", "source", "goal_uuids", "mine"]'


async def read(world: World, query: str, **variables: object) -> set[str] | None:
    """The fields that the list of a query is read with."""
    seen: list[Iterable[str] | None] = []
    page = DocumentReader.page

    async def watched(reader: DocumentReader, *arguments: Any, **options: Any) -> Any:
        seen.append(options["fields"])
        return await page(reader, *arguments, **options)

    with patch.object(DocumentReader, "page", watched):
        await ask(world, query, variables, compiled=True)
    [fields] = seen
    return None if fields is None else set(fields)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("{ profiles { __typename totalCount } }", set()),
        ("{ profiles { nodes { __typename id } } }", set()),
        ("{ profiles { nodes { email createdAt } } }", {"attributes.email.v", "created_at"}),
        ("{ profiles { edges { cursor node { a: firstSeen } } } }", {"attributes.first_seen"}),
        (
            "{ profiles { nodes { ...on Node { ...on Profile { firstSeenCountry { code } } } } } }",
            {"attributes.first_seen_country.v"},
        ),
        (
            """{ profiles { ...P } }
            fragment P on ProfileConnection { nodes { identifiers { value } } }""",
            {"identifiers"},
        ),
        (
            "{ profiles { nodes { sessions { totalCount } accounts { totalCount } } } }",
            {"accounts"},
        ),
        ("{ profiles { nodes { name @skip(if: true) } } }", {"attributes.name.v"}),
        ('{ profiles { nodes { attribute(name: "email") { value } } } }', {"attributes.email.v"}),
        ('{ profiles { nodes { attribute(name: "none such") { value } } } }', set()),
        (
            f"{{ profiles {{ nodes {{ attributes({FOR_ALL}) {{ value }} }} }} }}",
            {
                *("attributes.email.v", "attributes.last_seen", "attributes.goal_uuids"),
                *("attributes.source.first.v", "attributes.source.last.v", "attributes.mine"),
            },
        ),
        ("{ accounts { nodes { name accountId } } }", {"attributes.account_name.v", "_id"}),
    ],
)
async def test_only_what_is_asked_for_is_read(world: World, query: str, fields: set[str]) -> None:
    await world.define("mine", Aggregation.UNIQUE_LIST)

    assert await read(world, query) == fields


async def test_what_is_read_goes_by_the_variables_and_definitions_of_each_time(
    world: World,
) -> None:
    query = "query ($n: [String!]) { profiles { nodes { attributes(names: $n) { value } } } }"
    mine = "attributes." + (await world.define("mine", Aggregation.UNIQUE_LIST)).stored_as

    for _ in range(2):
        assert await read(world, query, n=["email"]) == {"attributes.email.v"}
        assert await read(world, query, n=["mine"]) == {mine}
        assert await read(world, query, n=["later"]) == set()
    later = await world.define("later", Aggregation.LIST)
    assert await read(world, query, n=["later"]) == {f"attributes.{later.stored_as}"}


@pytest.mark.parametrize(
    ("query", "method", "fields"),
    [
        (
            '{ profile(by: {userId: "u1"}) { email ...P } } fragment P on Profile { lastSeen }',
            "find",
            {"attributes.email.v", "attributes.last_seen"},
        ),
        ('{ profile(by: {userId: "u1"}) { sessions { totalCount } } }', "find", set()),
        (
            "{ accounts { nodes { users(first: 2) { nodes { name } } } } }",
            "pages",
            {"attributes.name.v"},
        ),
        (
            "{ profiles { nodes { accounts { edges { node { a: name } } } } } }",
            "pages",
            {"attributes.account_name.v"},
        ),
    ],
)
async def test_only_what_is_asked_for_is_read_of_one_and_of_relations(
    world: World, query: str, method: str, fields: set[str]
) -> None:
    await people(world)
    seen: list[set[str]] = []
    reading = getattr(DocumentReader, method)

    async def watched(reader: DocumentReader, *arguments: Any) -> Any:
        seen.append(set(arguments[-1]))
        return await reading(reader, *arguments)

    with patch.object(DocumentReader, method, watched):
        await ask(world, query, {}, compiled=True)
    assert seen == [fields]


async def test_very_many_attributes_are_read_as_they_stand(world: World) -> None:
    for number in range(60):
        await world.define(f"mine_{number}", Aggregation.LAST)

    assert await read(world, "{ profiles { nodes { attributes { name } email } } }") == {
        "attributes",
        "attributes.email.v",
    }


async def test_fragments_that_double_each_other_are_read_once(world: World) -> None:
    doubling = " ".join(
        f"fragment F{number} on Profile {{ ...F{number + 1} ...F{number + 1} }}"
        for number in range(15)
    )
    query = f"{{ profiles {{ nodes {{ ...F0 }} }} }} {doubling} fragment F15 on Profile {{ email }}"

    assert await read(world, query) == {"attributes.email.v"}


@pytest.mark.parametrize(
    "query",
    [
        *(
            PAGE,
            HISTORY.replace(
                "($yes: Boolean!, $no: Boolean!)", "($yes: Boolean = true, $no: Boolean = true)"
            ),
        ),
        """{ profiles(orderBy: [{attribute: "email"}], first: 3) {
          nodes { name } pageInfo { endCursor }
        } }""",
        "{ accounts { nodes { name attributes { name value } users { nodes { email } } } } }",
        """{ accounts { nodes { users(orderBy: [{attribute: "name", direction: DESC}]) {
          nodes { email accounts { nodes { accountId users { edges { node { name } } } } } }
        } } } }""",
        """{ profile(by: {userId: "u1"}) { email attributes { name value } identifiers { value }
          accounts { nodes { name firstSeen } } sessions { totalCount } segments { name } } }""",
        """{ a: profile(by: {identifier: {type: "cookie_id", value: "c2"}}) { ...P }
        b: profile(by: {userId: "nobody"}) { id } } fragment P on Profile { id lastSeen }""",
        "{ profiles { nodes { attributes { name } email } edges { node { name } cursor } } }",
    ],
)
async def test_answer_is_that_over_whole_documents(world: World, query: str) -> None:
    await world.define("mine", Aggregation.LIST)
    await people(world)
    await world.ingest(an_event("last", user_id="u1", properties={"mine": "a"}))

    await compare(world, query, {})


@settings(max_examples=30)
@given(query=twisted_queries(SCHEMA))
async def test_answer_is_always_that_over_whole_documents(world: World, query: str) -> None:
    if not await world.services.profiles.count():
        await people(world)
    for answer in (True, False):
        await compare(world, query, dict.fromkeys(CONDITIONS, answer))


async def compare(world: World, query: str, variables: dict[str, bool]) -> None:
    found, errors = await ask(world, query, variables, compiled=True)
    with patch.object(projection, "_fields_read", lambda *_: None):
        whole, whole_errors = await ask(world, query, variables, compiled=True)
    assert found == whole
    if found != "None":  # else all was ended by whatever failed first
        assert errors == whole_errors
