"""Reading aggregated documents: single ones, pages in a stable order, counts."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.profiles.compile import LIVE
from app.profiles.paging import Order, Page, PageRequest, beyond, window
from app.storage.client import Collection, Document

WRITTEN = {**LIVE, "created_at": {"$exists": True}}
"""Living documents that events have written; a claimed or closed one has no content to show."""


class DocumentReader:
    """Reads the aggregated documents of one collection."""

    def __init__(self, collection: Collection) -> None:
        self._documents = collection

    async def find(self, query: Mapping[str, Any]) -> Document | None:
        """The living document that matches."""
        return await self._documents.find_one({**query, **WRITTEN})

    async def with_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The living ones of these documents, by id."""
        found = self._documents.find({"_id": {"$in": sorted(set(ids))}, **WRITTEN})
        return {document["_id"]: document async for document in found}

    async def page(self, query: Mapping[str, Any], order: Order, request: PageRequest) -> Page:
        """A page of the living documents that match."""
        asked = window(request, order)
        places = [
            beyond(order, key, forward=forward)
            for key, forward in ((asked.after, True), (asked.before, False))
            if key is not None
        ]
        direction = -1 if asked.backward else 1
        found = await self._documents.find(
            {"$and": [{**query, **WRITTEN}, *places]},
            sort=[(path, way * direction) for path, way in order],
            limit=asked.limit + 1,  # one more tells whether there is a next page
        ).to_list()
        more, items = len(found) > asked.limit, found[: asked.limit]
        if asked.backward:
            return Page(items[::-1], asked.before is not None, more)
        return Page(items, more, asked.after is not None)

    async def count(self, query: Mapping[str, Any]) -> int:
        """How many living documents match."""
        return await self._documents.count_documents({**query, **WRITTEN})
