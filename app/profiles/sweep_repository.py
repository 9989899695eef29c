"""Removing one attribute from every document of a collection."""

from collections.abc import AsyncIterator

from app.storage.client import Collection

_STRETCH = 2000
"""Documents of one command: a fraction of a second, so that leases and other writes live on."""


class SweepRepository:
    """The aggregated documents of one collection, tombstones included."""

    def __init__(self, collection: Collection) -> None:
        self._documents = collection

    async def sweep(self, field: str) -> AsyncIterator[int]:
        """Remove an attribute by the field it is stored as; how many had it, stretch by stretch."""
        path = f"attributes.{field}"
        after = ""
        while ids := await self._next(after):
            stretch = {"_id": {"$gt": after, "$lte": ids[-1]}, path: {"$exists": True}}
            swept = await self._documents.update_many(stretch, {"$unset": {path: ""}})
            yield swept.modified_count
            after = ids[-1]

    async def _next(self, after: str) -> list[str]:
        """The ids of the next stretch, whether its documents have the attribute or not."""
        query, order = {"_id": {"$gt": after}}, [("_id", 1)]
        found = self._documents.find(query, {"_id": 1}, sort=order, limit=_STRETCH, hint="_id_")
        return [document["_id"] async for document in found]
