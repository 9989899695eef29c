"""The same question in two ways: of the API, and by hand with the bare driver, in turns."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

import orjson
from starlette.types import ASGIApp

from app.paging import Mql
from app.storage.client import Database, Document
from tests.architecture.recording import Recorder
from tests.benchmarks.calling import Request
from tests.benchmarks.segments.questions import PAGE, Question

_COUNT = "query ($filter: ProfileFilter) { %s(filter: $filter) { totalCount } }"
_PAGE = """query ($filter: ProfileFilter, $first: Int) {
  %s(filter: $filter, first: $first) {
    nodes { id %s name firstSeen lastSeen } pageInfo { hasNextPage endCursor }
  }
}"""
_IDS = {"profiles": "userId email", "accounts": "accountId"}


@dataclass(slots=True)
class Asked:
    """Seconds of one question, by the API and by hand."""

    title: str
    found: int
    commands: int
    api: list[float] = field(default_factory=list)
    hand: list[float] = field(default_factory=list)

    @property
    def medians(self) -> tuple[float, float]:
        """Milliseconds by the API and by hand."""
        return median(self.api) * 1e3, median(self.hand) * 1e3


@dataclass(frozen=True, slots=True)
class Asking:
    """The API over a database whose commands are written down."""

    app: ASGIApp
    recorder: Recorder
    database: Database

    async def count(self, question: Question, times: int) -> Asked:
        """How many there are."""
        query = _COUNT % question.kind

        async def by_api() -> int:
            answer = await self.answer(query, filter=question.filter)
            return int(answer[question.kind]["totalCount"])

        async def by_hand() -> int:
            found = await self._by_hand(question, [{"$count": "count"}])
            return int(found[0]["count"]) if found else 0

        return await self._in_turns(f"{question.title}: count", by_api, by_hand, times)

    async def page(self, question: Question, times: int) -> Asked:
        """The first of them, with what a list shows."""
        query = _PAGE % (question.kind, _IDS[question.kind])

        async def by_api() -> int:
            answer = await self.answer(query, filter=question.filter, first=PAGE)
            return len(answer[question.kind]["nodes"])

        async def by_hand() -> int:
            more: list[Mql] = [{"$sort": question.order}, {"$limit": PAGE + 1}]
            found = await self._by_hand(question, more)
            if question.collection == question.kind:
                return min(len(found), PAGE)
            wanted = [one["_id"] for one in found]
            documents = await self.database[question.kind].find({"_id": {"$in": wanted}}).to_list()
            return min(len(documents), PAGE)

        return await self._in_turns(f"{question.title}: first page", by_api, by_hand, times)

    async def answer(self, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        body = orjson.dumps({"query": query, "variables": variables})
        answer = json.loads(await Request("POST", "/graphql", body).sent_to(self.app))
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def _by_hand(self, question: Question, more: list[Mql]) -> list[Document]:
        pipeline = [*question.by_hand, *more]
        found = await self.database[question.collection].aggregate(pipeline, batchSize=1000)
        return await found.to_list()

    async def _in_turns(
        self,
        title: str,
        by_api: Callable[[], Awaitable[int]],
        by_hand: Callable[[], Awaitable[int]],
        times: int,
    ) -> Asked:
        """Both find the same; the first of each is not counted."""
        self.recorder.commands.clear()
        found = await by_api()
        asked = Asked(title, found, len(self.recorder.commands))
        assert await by_hand() == found, title
        for _ in range(times):
            asked.api.append(await _seconds(by_api))
            asked.hand.append(await _seconds(by_hand))
        return asked


async def _seconds(work: Callable[[], Awaitable[int]]) -> float:
    started = perf_counter()
    await work()
    return perf_counter() - started
