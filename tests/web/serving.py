"""The server as ``create_app`` puts it together, without a socket; and databases that fail."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from pymongo.errors import ServerSelectionTimeoutError
from starlette.applications import Starlette

from app.main import create_app
from app.settings import Settings
from app.storage.client import Database, Document

INGEST = """
mutation ($events: [EventInput!]!) {
  ingestEvents(input: {events: $events}) { accepted duplicate errors { code } }
}
"""
ADDRESS = "database.internal:27017"


def settings(**changed: Any) -> Settings:
    """The settings of a production server that fills nothing in; the environment has no say."""
    usual: dict[str, Any] = {
        "mongodb_uri": f"mongodb://{ADDRESS}",
        "demo_data": False,
        "migrate_on_start": True,
    }
    return Settings(**(usual | changed))


@asynccontextmanager
async def serve(settings: Settings, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that has started; it stops at the end of the block."""
    store = database if isinstance(database, UnsteadyDatabase) else UnsteadyDatabase(database)
    app = create_app(settings, store)
    async with app.router.lifespan_context(app), client_of(app) as client:
        yield client


def client_of(app: Starlette, *, strict: bool = False) -> httpx.AsyncClient:
    """A client of an application; ``strict``: an exception that gets out of it is raised here."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=strict)
    return httpx.AsyncClient(transport=transport, base_url="http://server")


async def ask(client: httpx.AsyncClient, query: str, **variables: object) -> Any:
    """The answer of the GraphQL endpoint."""
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    return answer.json()


async def send_lines(client: httpx.AsyncClient, *lines: object) -> httpx.Response:
    """Post lines of JSON; what is no text is written as JSON."""
    texts = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return await client.post("/v1/events", content=b"\n".join(texts))


def an_event(event_id: str | None = None, **fields: object) -> dict[str, object]:
    """An event as sent."""
    sent = {"type": "CUSTOM", "time": "2026-01-01T00:00:00Z", "cookieId": "c1"}
    return {"id": event_id, **sent, **fields}


class UnsteadyDatabase:
    """Can be away, and can keep those who insert waiting; stays open when its server stops."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.client = _UnsteadyClient()
        self.away = False
        self.inserting = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    @property
    def name(self) -> str:
        return self._database.name

    def __getitem__(self, name: str) -> Any:
        return _UnsteadyCollection(self, self._database[name])

    async def command(self, command: Any, /) -> Document:
        return await self._database.command(command)


class _UnsteadyClient:
    def __init__(self) -> None:
        self.closed = False

    async def drop_database(self, name_or_database: str, /) -> None:
        raise AssertionError(name_or_database)

    async def close(self) -> None:
        self.closed = True


class _UnsteadyCollection:
    def __init__(self, database: UnsteadyDatabase, collection: Any) -> None:
        self._database = database
        self._collection = collection

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def command(*arguments: Any, **options: Any) -> Any:
            if self._database.away:
                raise ServerSelectionTimeoutError(f"{ADDRESS}: connection refused")
            return getattr(self._collection, name)(*arguments, **options)

        return command

    async def insert_many(self, *arguments: Any, **options: Any) -> Any:
        self._database.inserting.set()
        await self._database.open.wait()
        return await self._collection.insert_many(*arguments, **options)
