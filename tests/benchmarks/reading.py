"""How much of the bare driver's speed ``profile(by: {userId})`` keeps, default fields and all."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
from pymongo import AsyncMongoClient
from starlette.applications import Starlette
from starlette.requests import Request as HTTPRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.ids import global_id
from app.main import create_app
from app.services import compose
from app.settings import Settings
from app.storage.client import Database, Document
from app.values import country_names
from tests.benchmarks.calling import Request
from tests.benchmarks.databases import fresh_database
from tests.benchmarks.events import batch
from tests.benchmarks.rounds import FLOOR, Measured, Prepare, Turn, measured

QUERY = "profile query"

_PEOPLE = 1000
_ENDS = (
    "SeenApplication",
    "City",
    "Region",
    "DeviceType",
    "OsName",
    "OsVersion",
    "BrowserName",
    "BrowserVersion",
)
_TEXTS = ("userId", "email", "name", *(f"{end}{one}" for one in _ENDS for end in ("first", "last")))
_FIND = f"""query Profile($userId: String!) {{
  profile(by: {{userId: $userId}}) {{
    id identifiers {{ type value }} createdAt updatedAt firstSeen lastSeen
    firstSeenCountry {{ code name }} lastSeenCountry {{ code name }}
    {" ".join(_TEXTS)}
  }}
}}"""


async def profile_query(uri: str, *, concurrency: int, calls: int, rounds: int) -> Measured:
    """Calls a second; ``concurrency`` clients call one after the other each."""
    async with _servers(uri) as (bare, app):
        await _check(bare, app)

        def turns(number: int) -> Mapping[str, Prepare]:
            people = [f"user-{(number * calls + i) % _PEOPLE:07}" for i in range(calls)]
            return {
                FLOOR: partial(_clients, bare, map(_plain_request, people), concurrency),
                QUERY: partial(_clients, app, map(_graphql_request, people), concurrency),
            }

        return await measured(turns, rounds=rounds, items=calls)


@asynccontextmanager
async def _servers(uri: str) -> AsyncIterator[tuple[ASGIApp, ASGIApp]]:
    """The plain route and ours, over one database of profiles."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(fresh_database(uri))
        await _fill(database)
        client: AsyncMongoClient[Document] = AsyncMongoClient(uri, tz_aware=True, tzinfo=UTC)
        stack.push_async_callback(client.close)
        app = create_app(Settings(mongodb_uri=uri, mongodb_database=database.name))
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield _plain_server(client, database.name), app


async def _fill(database: Database) -> None:
    services = compose(database, Settings())
    for number in range(3):
        await services.ingestion.ingest(batch(number, range(_PEOPLE), 1).inputs)
    await services.close()


def _plain_server(client: AsyncMongoClient[Document], name: str) -> ASGIApp:
    profiles = client[name]["profiles"]

    async def profile(request: HTTPRequest) -> Response:
        named = {"identifiers": f"user_id:{request.path_params['id']}"}
        found = await profiles.find_one(named, _PROJECTION)
        assert found
        return Response(orjson.dumps({"data": {"profile": _shown(found)}}))

    return Starlette(routes=[Route("/profiles/{id}", profile)])


def _shown(document: Document) -> dict[str, Any]:
    attributes = document["attributes"]
    named = [key.split(":", 1) for key in document["identifiers"]]
    return {
        "id": global_id("Profile", document["_id"]),
        "identifiers": [{"type": kind, "value": value} for kind, value in named],
        "createdAt": _moment(document["created_at"]),
        "updatedAt": _moment(document["updated_at"]),
        "firstSeen": _moment(attributes["first_seen"]),
        "lastSeen": _moment(attributes["last_seen"]),
        "firstSeenCountry": _country(attributes["first_seen_country"]["v"]),
        "lastSeenCountry": _country(attributes["last_seen_country"]["v"]),
        **{name: attributes[stored]["v"] for name, stored in _STORED.items()},
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _country(code: str) -> dict[str, str]:
    return {"code": code, "name": country_names()[code]}


_STORED = {
    name: "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    for name in _TEXTS
}
"""GraphQL's names of text attributes, and those in the document."""

_SEEN = ("first_seen", "last_seen")
_PROJECTION = dict.fromkeys(
    (
        *("identifiers", "created_at", "updated_at"),
        *(f"attributes.{name}" for name in _SEEN),
        *(f"attributes.{name}.v" for name in (*_STORED.values(), *(f"{s}_country" for s in _SEEN))),
    ),
    1,
)
"""What the answer is made of, as the API reads it."""


async def _check(bare: ASGIApp, app: ASGIApp) -> None:
    """Both answer the same data."""
    plain = json.loads(await _plain_request("user-0000007").sent_to(bare))
    ours = json.loads(await _graphql_request("user-0000007").sent_to(app))
    assert plain["data"] == ours["data"], (plain, ours)


def _plain_request(user_id: str) -> Request:
    return Request("GET", f"/profiles/{user_id}")


def _graphql_request(user_id: str) -> Request:
    body = orjson.dumps({"query": _FIND, "variables": {"userId": user_id}})
    return Request("POST", "/graphql", body)


async def _clients(app: ASGIApp, requests: Iterable[Request], concurrency: int) -> Turn:
    ready = list(requests)

    async def client(number: int) -> None:
        for request in ready[number::concurrency]:
            await request.sent_to(app)

    async def call() -> None:
        await asyncio.gather(*map(client, range(concurrency)))

    return call
