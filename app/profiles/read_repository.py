"""Reading aggregated documents: single ones, pages in a stable order, counts."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.profiles.compile import LIVE
from app.profiles.cursors import window
from app.profiles.paging import Order, Page, PageRequest, Phase, Window, phase_of, phases
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
        found: list[Document] = []
        for phase in _stretches(asked, order):
            missing = asked.limit + 1 - len(found)  # one more tells whether there is a next page
            if missing > 0:
                found += await self._stretch(query, phase, asked, missing)
        more, items = len(found) > asked.limit, found[: asked.limit]
        if asked.backward:
            return Page(items[::-1], asked.before is not None, more)
        return Page(items, more, asked.after is not None)

    async def _stretch(
        self, query: Mapping[str, Any], phase: Phase, asked: Window, limit: int
    ) -> list[Document]:
        places = [
            phase.beyond(key, forward=forward)
            for key, forward in ((asked.after, True), (asked.before, False))
            if key is not None and phase_of(key) == phase.has
        ]
        direction = -1 if asked.backward else 1
        return await self._documents.find(
            {"$and": [{**WRITTEN, **phase.filter}, query, *places]},
            sort=[(one.path, one.direction * direction) for one in phase.sorted_by],
            limit=limit,
        ).to_list()

    async def count(self, query: Mapping[str, Any]) -> int:
        """How many living documents match."""
        return await self._documents.count_documents({"$and": [WRITTEN, query]})


def _stretches(asked: Window, order: Order) -> list[Phase]:
    """Those between the places that are asked for, in the direction of reading."""
    found = phases(order)
    has = [one.has for one in found]
    start = has.index(phase_of(asked.after)) if asked.after else 0
    end = has.index(phase_of(asked.before)) if asked.before else len(found) - 1
    between = found[start : end + 1]
    return between[::-1] if asked.backward else between
