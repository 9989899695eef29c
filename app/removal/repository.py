"""The quarantine: broken profiles and accounts, as they were when they were removed."""

from collections.abc import Iterable, Sequence

from app.paging import Order, Page, PageRequest, Sort
from app.storage.client import Collection, Document
from app.storage.pages import read_pages

LATEST_FIRST: Order = (Sort("removed_at", -1), Sort("_id", -1))


class QuarantineRepository:
    """Keeps broken documents of one kind, where no list finds them."""

    def __init__(self, collection: Collection) -> None:
        self._broken = collection

    async def keep(self, broken: Document) -> None:
        """Keep what a broken document was; nothing happens if it is there."""
        kept = {name: value for name, value in broken.items() if name != "_id"}
        await self._broken.update_one({"_id": broken["_id"]}, {"$setOnInsert": kept}, upsert=True)

    async def with_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """Those of these ids."""
        found = self._broken.find({"_id": {"$in": sorted(set(ids))}})
        return {document["_id"]: document async for document in found}

    async def with_identifiers(self, identifiers: Sequence[str]) -> list[str]:
        """The ids of those that had one of these identifiers."""
        found = self._broken.find({"identifiers": {"$in": identifiers}}, {"_id": 1})
        return [document["_id"] async for document in found]

    async def strip(self, profile: str, identifiers: Sequence[str]) -> None:
        """Take identifiers out, and all attributes: nobody knows whose values they have."""
        await self._broken.update_one(
            {"_id": profile},
            {"$pull": {"identifiers": {"$in": identifiers}}, "$unset": {"attributes": ""}},
        )

    async def page(self, request: PageRequest) -> Page:
        """A page of all, the latest first."""
        [page] = await read_pages(self._broken, [{}], LATEST_FIRST, request)
        return page

    async def count(self) -> int:
        """How many there are."""
        return await self._broken.count_documents({})
