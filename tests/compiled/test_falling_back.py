"""Subscriptions, ``@defer`` and ``@stream`` go the stock way; queries beside them are compiled."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as StockExecution

from graphql_schema.compiled.declaring import read_key
from graphql_schema.compiled.executor import CompiledExecution
from tests.compiled.garage import SCALARS, Boat, Car, Query, Wheel, counted, some_cars

FIELDS = 'name wheels { size ratio } part(name: "engine") { state }'


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def passing(self, info: strawberry.Info) -> AsyncIterator[list[Car]]:
        for count in (9, 12):
            yield info.context["cars"][:count]


def a_schema(*, compiled: bool) -> strawberry.Schema:
    return strawberry.Schema(
        Query,
        subscription=Subscription,
        types=[Boat, Wheel],
        execution_context_class=CompiledExecution if compiled else StockExecution,
        config=StrawberryConfig(
            default_resolver=read_key,
            scalar_map=SCALARS,
            enable_experimental_incremental_execution=True,
        ),
    )


async def frames(schema: strawberry.Schema, query: str) -> list[object]:
    """All that a client is sent, in its order."""
    context = {"cars": some_cars()}
    sent: list[object] = []
    async for one in await schema.stream(query, context_value=context):
        frame: Any = one
        sent.append(frame.formatted if hasattr(frame, "formatted") else (frame.data, frame.errors))
    return sent


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (f"subscription {{ passing {{ {FIELDS} }} }}", 2),
        (f"{{ cars {{ id ... @defer {{ {FIELDS} }} }} }}", 2),
        (f'{{ cars {{ id ...F @defer(label: "later") }} }} fragment F on Car {{ {FIELDS} }}', 2),
        (f"{{ ... @defer {{ cars {{ {FIELDS} }} }} maybe {{ id }} }}", 2),
        (f"{{ cars @stream(initialCount: 10) {{ {FIELDS} }} }}", 2),
        (f"{{ cars @stream(initialCount: 10) {{ {FIELDS} slow }} }}", 2),
    ],
)
async def test_what_comes_in_parts_goes_the_stock_way(query: str, count: int) -> None:
    compiled = a_schema(compiled=True)

    sent = await frames(compiled, query)

    assert sent == await frames(a_schema(compiled=False), query)
    assert len(sent) >= count
    assert (counted(compiled).compiled, counted(compiled).surprised.total()) == (0, 0)


async def test_queries_beside_them_are_compiled() -> None:
    schema = a_schema(compiled=True)

    stock = await frames(a_schema(compiled=False), f"{{ cars {{ {FIELDS} }} }}")

    assert await frames(schema, f"{{ cars {{ {FIELDS} }} }}") == stock
    assert counted(schema).compiled == 1
