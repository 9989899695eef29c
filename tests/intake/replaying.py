"""Captured requests of real SDKs, sent again byte for byte to the routes of a world.

They are no part of this repository: ``SDK_CAPTURES`` names the folder that holds them. Each
request is a body beside a description: method, path, query, headers.
"""

import json
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from app.access.gate import Gate
from app.visitors.enriching import Enriching
from app.web.door import Door
from app.web.graphql import GraphQLView
from app.web.intake import intake_routes
from app.web.peers import Peers
from graphql_schema.context import Context
from graphql_schema.schema import build_schema
from tests.graphql.asking import URL, Api
from tests.living import World

FOLDER = os.environ.get("SDK_CAPTURES") or None
needs_captures = pytest.mark.skipif(FOLDER is None, reason="needs captures: set SDK_CAPTURES")

_SKIPPED_HEADERS = {"host", "content-length", "connection", "transfer-encoding"}


@dataclass(frozen=True)
class Captured:
    """One request."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes


@cache
def expected(kind: str) -> dict[str, Any]:
    """What has to be found in each folder of one kind of client."""
    if FOLDER is None:
        return {}
    found = json.loads((Path(FOLDER) / "expected_summary.json").read_text()).get(kind, {})
    summaries: dict[str, Any] = found.get("per_folder", found)
    return {name: one for name, one in summaries.items() if (Path(FOLDER) / kind / name).is_dir()}


def captured(*folder: str) -> list[Captured]:
    """The requests of a folder, in the order in which they arrived."""
    assert FOLDER, "tests without captures are skipped"
    return list(_read(Path(FOLDER).joinpath(*folder)))


def _read(folder: Path) -> Iterator[Captured]:
    for described in sorted(folder.glob("*.meta.json")):
        one = json.loads(described.read_text())
        body = described.with_name(described.name.replace(".meta.json", ".body")).read_bytes()
        url = one["path"] + ("?" + one["query"] if one["query"] else "")
        headers = [(k, v) for k, v in one["headers"] if k.lower() not in _SKIPPED_HEADERS]
        yield Captured(one["method"], url, headers, body)


@asynccontextmanager
async def served(world: World) -> AsyncIterator[Api]:
    """GraphQL and every intake over this world, until the end of the block."""

    async def context(_request: Request) -> Context:
        return Context(world.services, now=world.clock())

    view = GraphQLView(build_schema(), get_context=context)
    gate = Gate(world.services.event_sources, is_open=True)
    routes = intake_routes(Door(world.services.intake, gate, Peers(world.clock, Enriching())))
    transport = httpx.ASGITransport(Starlette(routes=[Route(URL, view), *routes]))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as http:
        yield Api(world, http)
    await world.services.close()


async def replay(api: Api, requests: Iterable[Captured]) -> list[int]:
    """Send the requests one after the other; the statuses of the answers."""
    answers = []
    for one in requests:
        headers = [*one.headers, ("content-length", str(len(one.body)))]
        sent = api.http.build_request(one.method, one.url, headers=headers, content=one.body)
        answers.append((await api.http.send(sent)).status_code)
    return answers


async def pages(api: Api, query: str, field: str, **variables: object) -> list[Any]:
    """All nodes of a list; the query takes ``$after`` and asks for pageInfo."""
    nodes: list[Any] = []
    after = None
    while True:
        found = (await api.data(query, after=after, **variables))[field]
        nodes += found["nodes"]
        if not found["pageInfo"]["hasNextPage"]:
            return nodes
        after = found["pageInfo"]["endCursor"]
