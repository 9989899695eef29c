"""Removing one attribute from every document of a collection."""

from collections.abc import AsyncIterator

from app.storage.client import Collection

_CHUNK = 1000
"""Documents of one write: a fraction of a second, so that leases and other writes do not suffer."""


class SweepRepository:
    """The aggregated documents of one collection, tombstones included."""

    def __init__(self, collection: Collection) -> None:
        self._documents = collection

    async def sweep(self, field: str) -> AsyncIterator[int]:
        """Remove an attribute by the field it is stored as; how many had it, chunk by chunk."""
        path = f"attributes.{field}"
        after = ""
        while ids := await self._having(path, after):
            await self._documents.update_many({"_id": {"$in": ids}}, {"$unset": {path: ""}})
            yield len(ids)
            after = ids[-1]

    async def _having(self, path: str, after: str) -> list[str]:
        """The next documents that have it: one walk along the index of ids for all chunks."""
        query = {"_id": {"$gt": after}, path: {"$exists": True}}
        order = [("_id", 1)]
        found = self._documents.find(query, {"_id": 1}, sort=order, limit=_CHUNK, hint="_id_")
        return [document["_id"] async for document in found]
