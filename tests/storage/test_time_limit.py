"""Queries end when their time is over, and so does what the store does for them."""

import asyncio
import os
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
import strawberry
from pymongo import AsyncMongoClient
from pymongo.errors import ExecutionTimeout
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from strawberry.types import ExecutionResult
from typing_extensions import override

from app.profiles.read_repository import DocumentReader
from app.storage.client import Database, close
from app.storage.deadline import LimitedDatabase, milliseconds_left, time_limit
from app.web.graphql import GraphQLView
from graphql_schema.context import Context
from graphql_schema.fields import served
from graphql_schema.operations import LimitedSchema
from graphql_schema.schema import build_schema
from tests.building import NOON, an_event
from tests.living import World, start

TIME_IS_OVER = 50
INGEST = """mutation {
  ingestEvents(input: {events: [
    {id: "e1", type: VIEW, time: "2026-01-01T00:00:00Z", cookieId: "c1", userId: "u1"}
  ]}) { accepted }
}"""
EVERYTHING = """{
  profile(by: {userId: "u1"}) { sessions { totalCount nodes { id } } accounts { totalCount } }
  profiles { totalCount nodes { id } }
}"""
SLOW = {
    "$expr": {
        "$gt": [
            {
                "$sum": {
                    "$map": {
                        "input": {"$range": [0, 3000]},
                        "as": "one",
                        "in": {"$multiply": ["$$one", "$number"]},
                    }
                }
            },
            10**18,
        ]
    }
}
"""Takes a server seconds for a few thousand documents."""


class Commands(CommandListener):
    """What was sent to the server, and what it did not do."""

    def __init__(self) -> None:
        self.started_: list[tuple[str, int | None]] = []
        self.failures: list[int] = []
        self.has_failed = asyncio.Event()

    @override
    def started(self, event: CommandStartedEvent) -> None:
        self.started_.append((event.command_name, event.command.get("maxTimeMS")))

    @override
    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Of no interest."""

    @override
    def failed(self, event: CommandFailedEvent) -> None:
        self.failures.append(event.failure["code"])
        self.has_failed.set()


Watched = tuple[Database, Commands]


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    """A database of a server, as ``connect`` gives it, and the commands that it is sent."""
    commands = Commands()
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        os.environ["MONGODB_URI"], tz_aware=True, event_listeners=[commands]
    )
    database = cast("Database", LimitedDatabase(client[f"test_{uuid4().hex[:16]}"]))
    yield database, commands
    await client.drop_database(database.name)
    await close(database)


async def ask(world: World, query: str, *, seconds: float) -> ExecutionResult:
    """The answer of a server whose queries may take so long."""
    context = Context(world.services, now=world.clock())
    schema = build_schema(seconds=seconds)
    return await schema.execute(query, context_value=context)


async def test_query_whose_time_is_over_is_ended(world: World) -> None:
    result = await ask(world, "{ profiles { totalCount } }", seconds=1e-9)

    [error] = result.errors or []
    assert (error.path, error.extensions) == (["profiles"], {"code": "QUERY_TIMEOUT"})
    assert error.message == "The query took longer than 1e-09 s; ask for less, or again later."


async def test_mutation_runs_to_its_end(world: World) -> None:
    result = await ask(world, INGEST, seconds=1e-9)

    assert (result.data, result.errors) == ({"ingestEvents": {"accepted": 1}}, None)


async def test_command_after_the_time_is_refused(database: Database) -> None:
    with time_limit(1e-9), pytest.raises(ExecutionTimeout) as refused:
        await database["profiles"].find_one({})

    assert refused.value.code == TIME_IS_OVER


async def test_time_limit_holds_in_its_block_alone(database: Database) -> None:
    with time_limit(60):
        assert 59_000 < (milliseconds_left() or 0) <= 60_000
        await database["profiles"].find_one({})

    assert milliseconds_left() is None


@pytest.mark.server
async def test_every_read_of_a_query_tells_the_server_how_long_it_may_take(
    watched: Watched,
) -> None:
    database, commands = watched
    world = await start(database)
    await world.ingest(an_event("e1", user_id="u1", session_id="s1", account={"id": "a1"}))
    commands.started_.clear()

    result = await ask(world, EVERYTHING, seconds=7)

    assert result.errors is None
    assert {name for name, _ in commands.started_} == {"find", "aggregate"}
    assert all(limit and 0 < limit <= 7000 for _, limit in commands.started_)
    await world.services.close()


@pytest.mark.server
async def test_no_command_of_a_mutation_has_a_time_limit(watched: Watched) -> None:
    database, commands = watched
    world = await start(database)
    commands.started_.clear()

    await ask(world, INGEST, seconds=7)

    assert {"find", "insert", "update"} <= {name for name, _ in commands.started_}
    assert {limit for _, limit in commands.started_} == {None}
    await world.services.close()


@pytest.mark.server
async def test_slow_query_is_ended_by_the_server(watched: Watched) -> None:
    database, commands = watched
    many = [{"_id": one, "number": one, "created_at": NOON} for one in range(5000)]
    await database["profiles"].insert_many(many)
    begun = monotonic()

    answer = await answered_slowly(database, seconds=0.5)

    assert monotonic() - begun < 2
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "QUERY_TIMEOUT"}
    assert error["message"] == "The query took longer than 0.5 s; ask for less, or again later."
    async with asyncio.timeout(2):  # the server is as punctual as we are, so it may come second
        await commands.has_failed.wait()
    assert commands.failures == [TIME_IS_OVER]


async def answered_slowly(database: Database, *, seconds: float) -> httpx.Response:
    """The answer of an endpoint whose only field reads for a long time."""
    reader = DocumentReader(database["profiles"])

    async def count() -> int:
        return await reader.count(SLOW)

    @strawberry.type
    class Query:
        slow: int | None = served(int | None, count, "Takes its time.")

    view = GraphQLView(LimitedSchema(Query, max_cost=1, seconds=seconds), get_context=no_context)
    transport = httpx.ASGITransport(Starlette(routes=[Route("/graphql", view)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        return await client.post("/graphql", json={"query": "{ slow }"})


async def no_context(_request: Request) -> None:
    """Nothing is needed."""
