"""What must hold of every answer, whatever was asked."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from app.services import compose, utc_now
from app.settings import Settings
from app.storage.client import Database
from tests.living import Clock, World
from tests.truth import assert_equal_to_ledger
from tests.web.serving import serve, settings

GOOD = 2
"""Good events that stand around each hostile batch."""


@dataclass(frozen=True)
class Victim:
    """A server that is sent anything."""

    http: httpx.AsyncClient
    database: Database

    async def post(self, path: str, body: bytes, **headers: str) -> Any:
        """The answer, which is a coded one in JSON and blames the sender, if anybody."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await self.http.post(path, content=body, headers=named)
        assert response.status_code < 500, (response.text, body[:500])
        answer = response.json()
        assert response.status_code == 200 or codes(answer), response.text
        assert "INTERNAL" not in codes(answer), (response.text, body[:500])
        return answer

    async def lines(self, *lines: bytes) -> Any:
        """The answer to lines between good events, all of which are taken."""
        before, after = (good_event(place) for place in ("before", "after"))
        answer = await self.post("/v1/events", b"\n".join([before, *lines, after]))
        told = [one["line"] for one in answer["rejected"]]
        assert 1 not in told, answer
        assert answer["accepted"] + answer["duplicate"] >= GOOD
        return answer

    async def assert_nothing_half_done(self) -> None:
        """Every document is what the ledger says."""
        world = World(self.database, compose(self.database, Settings()), Clock(utc_now()))
        await assert_equal_to_ledger(world)
        assert {lane["state"] for lane in await world.documents("lanes")} <= {"idle"}


@asynccontextmanager
async def victim(database: Database) -> AsyncIterator[Victim]:
    """A server on the database."""
    async with serve(settings(), database) as client:
        yield Victim(client, database)


def good_event(place: str) -> bytes:
    """A line that is in order."""
    fields = {"id": place, "type": "CUSTOM", "time": "2026-01-01T00:00:00Z", "cookieId": "good"}
    return json.dumps(fields).encode()


def codes(answer: Any) -> set[str]:
    """All codes of an answer, wherever they stand."""
    return set(_codes(answer))


def _codes(answer: Any) -> Iterable[str]:
    if isinstance(answer, list):
        for one in answer:
            yield from _codes(one)
    elif isinstance(answer, dict):
        for name, one in answer.items():
            if name == "code" and isinstance(one, str):
                yield one
            else:
                yield from _codes(one)
