"""Compiled execution of our own schema: the stock answers, and nothing that surprises it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from strawberry.types import ExecutionResult

from graphql_schema.compiled.memory import counts
from graphql_schema.context import Context
from graphql_schema.schema import build_schema
from tests.building import an_event
from tests.compiled.garage import told
from tests.compiled.queries import CONDITIONS, twisted_queries
from tests.living import World

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
                context={"geo": {"country_iso_code": "NO"}},
            )
            for number in range(PEOPLE)
        )
    )


async def ask(world: World, query: str, variables: dict[str, Any], *, compiled: bool) -> Any:
    context = Context(world.services, now=world.clock())
    schema = build_schema(compiled=compiled)
    result = await schema.execute(query, variables, context_value=context)
    assert isinstance(result, ExecutionResult)
    return told(result)


@given(
    query=twisted_queries(STOCK.as_str()),
    conditions=st.lists(st.booleans(), min_size=2, max_size=2),
)
async def test_answer_is_the_stock_one(world: World, query: str, conditions: list[bool]) -> None:
    if not await world.services.profiles.count():
        await people(world)
    variables = dict(zip(CONDITIONS, conditions, strict=True))

    stock = await ask(world, query, variables, compiled=False)

    for _ in range(2):
        assert await ask(world, query, variables, compiled=True) == stock


async def test_page_is_compiled_without_a_surprise(world: World) -> None:
    await people(world)
    before = counts(COMPILED._schema)
    compiled, surprised = before.compiled, before.surprised

    stock = await ask(world, PAGE, {}, compiled=False)

    assert await ask(world, PAGE, {}, compiled=True) == stock
    after = counts(COMPILED._schema)
    assert (after.compiled - compiled, after.surprised - surprised) == (2, 0)
