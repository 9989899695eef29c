"""Our servers, and the two of Python's that they are measured against.

``python -m tests.benchmarks.peers.servers NAME PORT FOLDER [URI DATABASE]``: without a database
the documents come from the folder, and stay in memory.
"""

import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson
import strawberry
import uvicorn
from pymongo import AsyncMongoClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig
from typing_extensions import override

from app.attributes.catalogue import Catalogue
from app.attributes.model import ProfileKind
from app.collector import settle_collector
from app.ids import global_id
from app.main import create_app
from app.services import compose
from app.settings import Settings
from app.storage.client import Database, Document, connect
from app.values import country_names
from graphql_schema.compiled.declaring import read_key
from graphql_schema.context import Context
from graphql_schema.events import Event
from graphql_schema.profiles import Profile
from graphql_schema.query import Mutation, Query
from graphql_schema.scalars import SCALARS
from graphql_schema.sessions import Session
from tests.benchmarks.peers.kept import KeptDatabase
from tests.benchmarks.peers.people import FILTER, SORT, TEXTS, projection, read_documents, stored

OURS: Final = "ProfileGraph"
HAND_WRITTEN: Final = "Starlette, orjson"
STOCK: Final = "Strawberry"

Read: TypeAlias = Callable[[int, str], Awaitable[Sequence[Document]]]
"""So many documents for this query."""


def _ours(folder: Path, uri: str | None, name: str) -> ASGIApp:
    settings = Settings(mongodb_uri=uri, mongodb_database=name, demo_data=False)
    return create_app(settings, _database(folder, uri, name))


def _stock(folder: Path, uri: str | None, name: str) -> ASGIApp:
    """The same resolvers, with nothing of ours around them."""
    services = compose(_database(folder, uri, name), Settings())
    schema = strawberry.Schema(
        Query,
        Mutation,
        types=[Profile, Session, Event],
        config=StrawberryConfig(default_resolver=read_key, scalar_map=SCALARS),
    )

    class View(GraphQL[Context, None]):
        @override
        async def get_context(self, request: Any, response: Any) -> Context:
            return Context(services)

        @override
        def encode_json(self, data: object) -> str:
            return json.dumps(data, separators=(",", ":"), default=float)

    return Starlette(routes=[Route("/graphql", View(schema))])


def _database(folder: Path, uri: str | None, name: str) -> Database:
    return connect(uri, name) if uri else KeptDatabase(read_documents(folder))


def _hand_written(folder: Path, uri: str | None, name: str) -> ASGIApp:
    """What somebody would write who needs these two answers, fast, and nothing else."""
    read = _from_driver(uri, name) if uri else _from_memory(read_documents(folder))

    async def answer(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        first, names = asked["variables"]["first"], asked["variables"].get("names")
        found = await read(first + 1, "fields" if names is None else "attributes")
        page = found[:first]
        shown = (
            [_with_fields(one) for one in page]
            if names is None
            else [_with_attributes(one, set(names)) for one in page]
        )
        profiles = {"pageInfo": {"hasNextPage": len(found) > first}, "nodes": shown}
        body = orjson.dumps({"data": {"profiles": profiles}}, default=float)
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/graphql", answer, methods=["POST"])])


def _from_memory(documents: list[Document]) -> Read:
    async def read(limit: int, _query: str) -> Sequence[Document]:
        return documents[:limit]

    return read


def _from_driver(uri: str, name: str) -> Read:
    client: AsyncMongoClient[Document] = AsyncMongoClient(uri, tz_aware=True, tzinfo=UTC)
    profiles = client[name]["profiles"]

    async def read(limit: int, query: str) -> Sequence[Document]:
        found = profiles.find(
            FILTER, projection(query), sort=SORT, limit=limit, batch_size=limit + 1
        )
        return await found.to_list()

    return read


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


_FIELDS = [(name, stored(name)) for name in TEXTS]
_COUNTRIES = country_names()
_DEFINITIONS = [
    (one.name, {"dataType": one.data_type.value}, one.aggregation.value)
    for one in Catalogue().of_kind(ProfileKind.USER)
]


def _with_fields(document: Document) -> dict[str, Any]:
    attributes = document["attributes"]
    country = attributes.get("last_seen_country")
    row = {
        "id": global_id("Profile", document["_id"]),
        "createdAt": _moment(document["created_at"]),
        "updatedAt": _moment(document["updated_at"]),
        "firstSeen": _moment(attributes["first_seen"]),
        "lastSeen": _moment(attributes["last_seen"]),
        "lastSeenCountry": country and {"name": _COUNTRIES[country["v"]]},
    }
    for name, key in _FIELDS:
        state = attributes.get(key)
        row[name] = state and state["v"]
    return row


def _with_attributes(document: Document, names: set[str]) -> dict[str, Any]:
    attributes = document["attributes"]
    return {
        "id": global_id("Profile", document["_id"]),
        "attributes": [
            {
                "name": name,
                "value": _value(attributes[name], aggregation),
                "definition": definition,
            }
            for name, definition, aggregation in _DEFINITIONS
            if name in names and name in attributes
        ],
    }


def _value(state: Any, aggregation: str) -> Any:
    if aggregation in ("FIRST", "LAST"):
        value = state["v"]
    elif aggregation == "FIRST_AND_LAST":
        value = state["last"]["v"]
    else:
        value = state
    if isinstance(value, datetime):
        return _moment(value)
    return float(value.to_decimal()) if hasattr(value, "to_decimal") else value


SERVERS: Final = {OURS: _ours, HAND_WRITTEN: _hand_written, STOCK: _stock}

if __name__ == "__main__":
    server, port, folder, uri, database = (*sys.argv[1:], None, None)[:5]
    app = SERVERS[str(server)](Path(str(folder)), uri, database or "memory")
    settle_collector()
    uvicorn.run(app, port=int(str(port)), log_config=None, access_log=False)
