"""Reading the ledger: events by id, pages of them, and what they add up to."""

from collections.abc import Iterable
from typing import Any

from app.events.compile import SHOWN
from app.paging import Mql, Order, Page, PageRequest
from app.storage.client import Database, Document, Pipeline
from app.storage.pages import read_pages
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

    async def counts(self, queries: Iterable[Mql]) -> list[int]:
        """How many events each query finds."""
        return await count_together(self._events, queries)

    async def summaries(self, pipelines: Iterable[Pipeline]) -> list[list[dict[str, Any]]]:
        """What each pipeline makes of the events."""
        return await run_together(self._events, list(pipelines))
