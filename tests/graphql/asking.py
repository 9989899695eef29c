"""A client of the GraphQL endpoint: what it sends, and what it is answered over HTTP."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from app.storage.client import Document
from app.values import milliseconds
from app.web.graphql import GraphQLView
from graphql_schema.context import Context
from graphql_schema.schema import build_schema
from tests.building import at
from tests.living import World

URL = "/graphql"
COLLECTIONS = (
    "accounts",
    "events",
    "identifiers",
    "profiles",
    "segment_lists",
    "segment_rows",
    "segments",
    "sessions",
    "settings",
)

INGEST = """
mutation ($input: IngestEventsInput!) {
  ingestEvents(input: $input) {
    accepted duplicate
    rejected { index code message }
    warnings { index code message attribute }
    errors { code message path }
  }
}
"""
CREATE_ATTRIBUTE = """
mutation ($input: CreateAttributeInput!) {
  createAttribute(input: $input) { attribute { name } errors { code message path } }
}
"""
MERGE = """
mutation ($input: MergeProfilesInput!) {
  mergeProfiles(input: $input) {
    profile { id userId identifiers { type value } }
    errors { code message path }
  }
}
"""


@dataclass(frozen=True)
class Api:
    """The endpoint over a database of a test; the clock of the world is the server's."""

    world: World
    http: httpx.AsyncClient

    async def send(self, query: str, **variables: object) -> httpx.Response:
        """The answer as it comes."""
        return await self.http.post(URL, json={"query": query, "variables": variables})

    async def send_text(self, body: str) -> httpx.Response:
        """The answer to a request that is written by hand."""
        headers = {"content-type": "application/json"}
        return await self.http.post(URL, content=body, headers=headers)

    async def answer(self, query: str, **variables: object) -> Any:
        """The whole answer; numbers with a point are decimals, so that no digit is lost."""
        response = await self.send(query, **variables)
        return json.loads(response.text, parse_float=Decimal)

    async def data(self, query: str, **variables: object) -> Any:
        """The data of an answer without errors."""
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def error(self, query: str, **variables: object) -> Any:
        """Code, message and path of the only error."""
        [error] = (await self.answer(query, **variables))["errors"]
        return {
            "code": error["extensions"]["code"],
            "message": error["message"],
            "path": error.get("path"),
        }

    async def ingest(self, *events: object, sent_at: str | None = None) -> Any:
        """Send one batch; what became of it."""
        answer = await self.data(INGEST, input={"events": events, "sentAt": sent_at})
        return answer["ingestEvents"]

    async def create_attribute(self, **fields: object) -> Any:
        """Add a text attribute of users that keeps its last value, or as the fields say.

        It is filled from stored events when this returns.
        """
        usual = {"kind": "USER", "dataType": "STRING", "aggregation": "LAST"}
        created = (await self.data(CREATE_ATTRIBUTE, input=usual | fields))["createAttribute"]
        await self.world.services.backfill.start()
        return created

    async def merge(
        self, *secondary: dict[str, object], primary: dict[str, object] | None = None
    ) -> Any:
        """Join profiles."""
        chosen: dict[str, object] = {"secondary": secondary}
        if primary is not None:
            chosen["primary"] = primary
        return (await self.data(MERGE, input=chosen))["mergeProfiles"]

    async def stored(self) -> dict[str, list[Document]]:
        """Everything in the database but the lanes, to see that a refusal changed nothing."""
        return {name: await self.world.documents(name) for name in COLLECTIONS}


@asynccontextmanager
async def serve(world: World) -> AsyncIterator[Api]:
    """The endpoint over this world, until the end of the block."""

    async def context(_request: Request) -> Context:
        return Context(world.services, now=world.clock())

    view = GraphQLView(build_schema(), get_context=context)
    transport = httpx.ASGITransport(Starlette(routes=[Route(URL, view)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as http:
        yield Api(world, http)
    await world.services.close()


def an_event(event_id: str | None = None, time: float = 0, **fields: object) -> dict[str, object]:
    """An event as sent, of a person with one cookie; fields as the API names them."""
    sent: dict[str, object] = {"type": "CUSTOM", "time": rfc3339(at(time)), "cookieId": "c1"}
    return {"id": event_id, **sent, **fields}


def rfc3339(moment: datetime) -> str:
    """The moment as the API answers it."""
    return milliseconds(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def field_of(rows: Sequence[dict[str, Any]], name: str) -> list[Any]:
    """One field of every row."""
    return [row[name] for row in rows]
