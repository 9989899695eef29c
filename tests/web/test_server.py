"""The server as a whole: how it starts, what it says when it cannot, how it stops."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pymongo import AsyncMongoClient
from starlette.applications import Starlette
from structlog.testing import capture_logs

from app import main
from app.main import create_app
from app.settings import Settings
from app.storage.client import Database, close, connect
from tests.web.serving import (
    ADDRESS,
    INGEST,
    UnsteadyDatabase,
    an_event,
    ask,
    client_of,
    send_lines,
    serve,
    settings,
)

COUNT = "{ profiles { totalCount } accounts { totalCount } }"
CREATE = """
mutation {
  createAttribute(input: {kind: USER, name: "a", dataType: STRING, aggregation: LAST}) {
    errors { code }
  }
}
"""
NOBODY_LISTENS = "mongodb://127.0.0.1:1/"
AWAY = "The database does not answer; send the request again."


async def test_unknown_path_is_a_coded_answer(database: Database) -> None:
    async with serve(settings(), database) as client:
        response = await client.get("/nothing")

    assert response.status_code == 404
    assert response.json() == {"error": {"code": "HTTP_REQUEST", "message": "Not Found"}}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ profiles { nodes { id } } }", {}),
        ('{ node(id: "UHJvZmlsZTox") { id } }', {}),
        ("{ attributes(kind: USER) { name } }", {}),
        (INGEST, {"events": [an_event("e1")]}),
        (CREATE, {}),
    ],
)
async def test_operation_says_that_the_database_is_away(
    database: Database, query: str, variables: dict[str, Any]
) -> None:
    unsteady = UnsteadyDatabase(database)
    async with serve(settings(), unsteady) as client:
        unsteady.away = True
        answer = await ask(client, query, **variables)
        unsteady.away = False

    [error] = answer["errors"]
    assert (error["message"], error["extensions"]) == (AWAY, {"code": "STORE_UNAVAILABLE"})
    assert ADDRESS not in str(answer)


async def test_lines_are_told_that_the_database_is_away(database: Database) -> None:
    unsteady = UnsteadyDatabase(database)
    async with serve(settings(), unsteady) as client:
        unsteady.away = True
        response = await send_lines(client, an_event("e1"))
        unsteady.away = False
        again = await send_lines(client, an_event("e1"))

    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert response.json() == {"error": {"code": "STORE_UNAVAILABLE", "message": AWAY}}
    assert (again.status_code, again.json()["accepted"]) == (200, 1)


@pytest.mark.parametrize("path", ["/ready", "/v1/events"])
async def test_absent_database_is_no_fault_of_the_server(database: Database, path: str) -> None:
    """What gets out of an application is logged by its server with a traceback."""
    unsteady = UnsteadyDatabase(database)
    unsteady.away = True
    app = create_app(settings(), unsteady)
    method = "POST" if path == "/v1/events" else "GET"

    with capture_logs() as logged:
        async with client_of(app, strict=True) as client:
            response = await client.request(method, path, json=an_event("e1"))

    assert (response.status_code, logged) == (503, [])


async def test_server_that_cannot_be_reached_is_given_up_within_seconds() -> None:
    database = connect(NOBODY_LISTENS, "nowhere")
    app = create_app(settings(), database)

    async with asyncio.timeout(8):
        assert await codes_of_three_requests(app) == ["STORE_UNAVAILABLE"] * 3
        await close(database)


async def test_requests_that_fail_together_leave_the_driver_usable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When one field fails, graphql-core cancels those beside it.

    With Python 3.11, PyMongo may then keep a lock for ever: no later request would be answered,
    and the server could not stop. It takes some luck, so many servers try it.
    """
    monkeypatch.setattr("app.storage.client.AsyncMongoClient", impatient_client)

    async def outage() -> None:
        database = connect(NOBODY_LISTENS, "nowhere")
        app = create_app(settings(), database)
        for _ in range(2):
            assert await codes_of_three_requests(app) == ["STORE_UNAVAILABLE"] * 3
        await close(database)

    async with asyncio.timeout(10):
        await asyncio.gather(*(outage() for _ in range(20)))


def impatient_client(uri: str, **options: Any) -> AsyncMongoClient[dict[str, Any]]:
    """The driver as it is used, but for how long it looks for a server."""
    return AsyncMongoClient(uri, **(options | {"serverSelectionTimeoutMS": 600}))


async def codes_of_three_requests(app: Starlette) -> list[str]:
    """The codes with which three requests fail that are sent at once."""
    async with client_of(app) as client:
        ready, lines, answer = await asyncio.gather(
            client.get("/ready"), send_lines(client, an_event("e1")), ask(client, COUNT)
        )
    [error] = answer["errors"]
    return [*(one.json()["error"]["code"] for one in (ready, lines)), error["extensions"]["code"]]


async def test_server_starts_while_the_database_is_away_and_becomes_ready_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "RECOVERY_SECONDS", 0.01)
    unsteady = UnsteadyDatabase(database)
    unsteady.away = True

    async with serve(settings(), unsteady) as client:
        before = await client.get("/ready")
        unsteady.away = False
        await until(lambda: is_ready(client))
        accepted = await ask(client, INGEST, events=[an_event("e1")])

    assert before.status_code == 503
    assert accepted["data"]["ingestEvents"]["accepted"] == 1


async def is_ready(client: httpx.AsyncClient) -> bool:
    """Whether the server can do its work."""
    return (await client.get("/ready")).status_code == httpx.codes.OK


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    """Wait for something that others bring about."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110  # another program's doing, in a way
            await asyncio.sleep(0.01)


async def test_batch_is_refused_while_every_lane_is_busy_and_the_queue_is_full(
    database: Database,
) -> None:
    unsteady = UnsteadyDatabase(database)
    async with serve(settings(ingestion_lanes=1, ingestion_queue=0), unsteady) as client:
        unsteady.open.clear()
        first = asyncio.create_task(ask(client, INGEST, events=[an_event("e1")]))
        await unsteady.inserting.wait()
        second = await ask(client, INGEST, events=[an_event("e2")])
        third = await send_lines(client, an_event("e3"))
        unsteady.open.set()
        accepted = await first
        again = await ask(client, INGEST, events=[an_event("e2")])

    message = "0 batches are waiting already; send the batch again later."
    [error] = second["errors"]
    assert (error["message"], error["extensions"]) == (message, {"code": "OVERLOADED"})
    assert error["path"] == ["ingestEvents"]
    assert third.json() == {"error": {"code": "OVERLOADED", "message": message}}
    assert (third.status_code, third.headers["retry-after"]) == (503, "1")
    for answer in (accepted, again):
        assert answer["data"] == {"ingestEvents": {"accepted": 1, "duplicate": 0, "errors": []}}


async def test_batches_wait_in_the_queue(database: Database) -> None:
    unsteady = UnsteadyDatabase(database)
    async with serve(settings(ingestion_lanes=1, ingestion_queue=2), unsteady) as client:
        unsteady.open.clear()
        batches = [
            asyncio.create_task(ask(client, INGEST, events=[an_event(f"e{number}")]))
            for number in range(3)
        ]
        await unsteady.inserting.wait()
        unsteady.open.set()
        answers = await asyncio.gather(*batches)

    assert [one["data"]["ingestEvents"]["accepted"] for one in answers] == [1, 1, 1]


@pytest.mark.slow
async def test_empty_database_is_filled_with_demo_data_once(database: Database) -> None:
    async with serve(settings(demo_data=True), database) as client:
        first = (await ask(client, COUNT))["data"]
    events = await database["events"].count_documents({})
    async with serve(settings(demo_data=True), database) as client:
        second = (await ask(client, COUNT))["data"]

    assert first["profiles"]["totalCount"] > 200
    assert first["accounts"]["totalCount"] > 10
    assert second == first
    assert await database["events"].count_documents({}) == events


async def test_database_with_profiles_of_its_own_gets_no_demo_data(database: Database) -> None:
    async with serve(settings(demo_data=False), database) as client:
        await ask(client, INGEST, events=[an_event("e1")])

    async with serve(settings(demo_data=True), database) as client:
        answer = await ask(client, COUNT)

    assert answer["data"] == {"profiles": {"totalCount": 1}, "accounts": {"totalCount": 0}}


async def test_server_starts_empty_without_demo_data(database: Database) -> None:
    async with serve(settings(demo_data=False), database) as client:
        answer = await ask(client, COUNT)

    assert answer["data"] == {"profiles": {"totalCount": 0}, "accounts": {"totalCount": 0}}


@pytest.mark.parametrize(
    ("uri", "demo_data", "filled"),
    [
        (None, None, True),
        (None, False, False),
        ("mongodb://127.0.0.1", None, False),
        ("mongodb://127.0.0.1", True, True),
    ],
)
def test_embedded_store_alone_is_filled_unless_told_otherwise(
    uri: str | None, *, demo_data: bool | None, filled: bool
) -> None:
    assert Settings(mongodb_uri=uri, demo_data=demo_data).with_demo_data is filled


async def owners(database: Database) -> set[str | None]:
    """Who holds the lanes."""
    return {lane["owner"] async for lane in database["lanes"].find({})}


async def test_server_gives_its_lanes_back_when_it_stops(database: Database) -> None:
    unsteady = UnsteadyDatabase(database)
    async with serve(settings(), unsteady) as client:
        await asyncio.gather(
            *(ask(client, INGEST, events=[an_event(f"e{number}")]) for number in range(4))
        )
        assert None not in await owners(database)
        assert not unsteady.client.closed

    assert await owners(database) == {None}
    assert unsteady.client.closed


async def test_server_stops_in_peace_though_the_database_is_away(database: Database) -> None:
    unsteady = UnsteadyDatabase(database)
    async with serve(settings(), unsteady) as client:
        await ask(client, INGEST, events=[an_event("e1")])
        unsteady.away = True

    assert unsteady.client.closed


async def test_next_server_goes_on_where_the_last_one_stopped(database: Database) -> None:
    for number in range(3):
        async with serve(settings(ingestion_lanes=64), database) as client:
            answer = await ask(client, INGEST, events=[an_event("e0"), an_event(f"e{number}")])

    assert answer["data"]["ingestEvents"] == {"accepted": 1, "duplicate": 1, "errors": []}
