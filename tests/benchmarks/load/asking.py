"""The same question in two ways: of the API, and of the bare driver by the API's own commands."""

import json
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter
from typing import Any

import orjson
from pymongo import AsyncMongoClient
from starlette.types import ASGIApp

from app.paging import MAX_PAGE
from app.storage.client import Document
from tests.architecture.recording import Recorder, Search
from tests.benchmarks.calling import Request


@dataclass(slots=True)
class Asked:
    """Seconds of one question, by the API and by the bare driver."""

    title: str
    items: int
    api: list[float] = field(default_factory=list)
    driver: list[float] = field(default_factory=list)

    def percentiles(self) -> tuple[float, float, float, float]:
        """p50 and p99 of the API, then of the driver, in milliseconds."""
        api, driver = (quantiles(one, n=100, method="inclusive") for one in (self.api, self.driver))
        return api[49] * 1e3, api[98] * 1e3, driver[49] * 1e3, driver[98] * 1e3


@dataclass(frozen=True, slots=True)
class Asking:
    """The API over a database whose commands are written down, and a plain client beside it."""

    app: ASGIApp
    recorder: Recorder
    client: AsyncMongoClient[Document]
    database: str

    async def ask(self, title: str, query: str, variables: dict[str, Any], times: int) -> Asked:
        """Ask so many times, in turns; the first two of each are not counted."""
        request = Request(
            "POST", "/graphql", orjson.dumps({"query": query, "variables": variables})
        )
        searches = await self._searches(request)
        asked = Asked(title, await self._replay(searches))
        for _ in range(times + 2):
            asked.api.append(await _seconds(request.sent_to(self.app)))
            asked.driver.append(await _seconds(self._replay(searches)))
        del asked.api[:2], asked.driver[:2]
        return asked

    async def _searches(self, request: Request) -> list[Search]:
        """What the API reads when it is asked; what it counts to choose a plan is its own cost."""
        await request.sent_to(self.app)
        self.recorder.searches.clear()
        answer = json.loads(await request.sent_to(self.app))
        assert "errors" not in answer, answer
        return [one for one in self.recorder.searches if 0 < one.limit <= MAX_PAGE + 1]

    async def _replay(self, searches: list[Search]) -> int:
        found = 0
        for one in searches:
            cursor = self.client[self.database][one.collection].find(
                one.condition, one.projection, sort=list(one.sort.items()), limit=one.limit
            )
            found += len(await cursor.to_list())
        return found


async def _seconds(work: Any) -> float:
    started = perf_counter()
    await work
    return perf_counter() - started
