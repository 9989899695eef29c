"""Reading the ledger: events by id, pages of them, and what they add up to."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from app.events.compile import SHOWN
from app.events.renewing import changes_match, renewed
from app.paging import Mql, Order, Page, PageRequest
from app.storage.client import Database, Document, Pipeline
from app.storage.pages import read_pages, sifted_page
from app.storage.together import count_together, run_together


class EventReader:
    """Finds events; whatever many rows ask for is one command, and one for differences of views."""

    def __init__(self, database: Database) -> None:
        self._events = database["events"]

    async def with_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The events of these ids that are shown."""
        wanted = sorted(set(ids))
        found = self._events.find({"_id": {"$in": wanted}, **SHOWN}, batch_size=len(wanted) + 1)
        return {one["_id"]: one for one in await self._renewed(await found.to_list())}

    async def pages(self, queries: Iterable[Mql], order: Order, request: PageRequest) -> list[Page]:
        """The same page of what each query finds."""
        pages = await read_pages(self._events, queries, order, request)
        newest = iter(await self._renewed([one for page in pages for one in page.items]))
        return [replace(page, items=[next(newest) for _ in page.items]) for page in pages]

    async def sifted(
        self,
        query: Mql,
        order: Order,
        request: PageRequest,
        keep: Callable[[list[Document]], Awaitable[list[Document]]],
    ) -> Page:
        """A page of what is kept of what a query finds."""
        page = await sifted_page(self._events, query, order, request, keep)
        return replace(page, items=await self._renewed(page.items))

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

    async def _renewed(self, events: Sequence[Document]) -> list[Document]:
        """The events with their views in the newest state, where that came as differences."""
        query = changes_match(events)
        changes = await self._events.find(query).to_list() if query else []
        return renewed(events, changes)
