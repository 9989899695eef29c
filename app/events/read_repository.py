"""Reading the ledger: events by id, pages of them, and what they add up to."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from app.events.compile import SHOWN
from app.paging import Mql, Order, Page, PageRequest
from app.storage.client import Database, Document, Pipeline
from app.storage.pages import read_pages, sifted_page
from app.storage.together import count_together, run_together


class EventReader:
    """Finds events; whatever many rows ask for is one command."""

    def __init__(self, database: Database) -> None:
        self._events = database["events"]

    async def with_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The events of these ids that are shown."""
        wanted = sorted(set(ids))
        found = self._events.find({"_id": {"$in": wanted}, **SHOWN}, batch_size=len(wanted) + 1)
        return {document["_id"]: document async for document in found}

    async def pages(self, queries: Iterable[Mql], order: Order, request: PageRequest) -> list[Page]:
        """The same page of what each query finds."""
        return await read_pages(self._events, queries, order, request)

    async def sifted(
        self,
        query: Mql,
        order: Order,
        request: PageRequest,
        keep: Callable[[list[Document]], Awaitable[list[Document]]],
    ) -> Page:
        """A page of what is kept of what a query finds."""
        return await sifted_page(self._events, query, order, request, keep)

    async def counts_by_profile(self, query: Mql) -> dict[str, int]:
        """How many events each profile has of what a query finds."""
        group = {"$group": {"_id": "$profile", "count": {"$sum": 1}}}
        found = await self._events.aggregate([{"$match": query}, group])
        return {one["_id"]: one["count"] async for one in found if one["_id"]}

    async def counts(self, queries: Iterable[Mql]) -> list[int]:
        """How many events each query finds."""
        return await count_together(self._events, queries)

    async def summaries(self, pipelines: Iterable[Pipeline]) -> list[list[dict[str, Any]]]:
        """What each pipeline makes of the events."""
        return await run_together(self._events, list(pipelines))
