"""Removing one attribute from every document of a collection."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

from pymongo import UpdateOne

from app.storage.client import Collection, Document

Lost: TypeAlias = Callable[[Document], frozenset[str]]
"""The terms that a document loses with attributes that are gone."""

_STRETCH = 2000
"""Documents of one command: a fraction of a second, so that leases and other writes live on."""


class SweepRepository:
    """The aggregated documents of one collection, tombstones included."""

    def __init__(self, collection: Collection) -> None:
        self._documents = collection

    async def sweep(self, field: str, lost: Lost) -> AsyncIterator[int]:
        """Remove an attribute by the field it is stored as, and what it was found by.

        How many documents had it, stretch by stretch.
        """
        path = f"attributes.{field}"
        after = ""
        while ids := await self._next(after):
            stretch = {"_id": {"$gt": after, "$lte": ids[-1]}, path: {"$exists": True}}
            await self._forget(stretch, lost)
            swept = await self._documents.update_many(stretch, {"$unset": {path: ""}})
            yield swept.modified_count
            after = ids[-1]

    async def _forget(self, stretch: dict[str, Any], lost: Lost) -> None:
        """Take terms out of documents, unless they changed since they were read: then once more.

        What came in meanwhile may be found by the same words.
        """
        while updates := [
            _without(one, terms)
            async for one in self._documents.find(stretch)
            if (terms := lost(one).intersection(one.get("terms", ())))
        ]:
            await self._documents.bulk_write(updates, ordered=False)

    async def _next(self, after: str) -> list[str]:
        """The ids of the next stretch, whether its documents have the attribute or not."""
        query, order = {"_id": {"$gt": after}}, [("_id", 1)]
        found = self._documents.find(query, {"_id": 1}, sort=order, limit=_STRETCH, hint="_id_")
        return [document["_id"] async for document in found]


def _without(document: Document, terms: frozenset[str]) -> UpdateOne:
    unchanged = {"_id": document["_id"], "guard": document.get("guard")}
    return UpdateOne(unchanged, {"$pullAll": {"terms": sorted(terms)}})
