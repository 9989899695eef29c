"""Ending documents for good: once, and piece by piece where there are many."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from app.aggregation.stored import surplus
from app.identity.marks import UNMERGE
from app.paging import Mql
from app.profiles.compile import BRIMMING, BULK, LIVE, UNFINISHED
from app.storage.beginnings import begins_with
from app.storage.client import Collection, Document

_STRETCH = 1000
"""Documents of one command."""

_TURNS = 5
"""How often a document that somebody else writes to at the same time is trimmed anew."""

_CONTENT = (
    "attributes",
    "identifiers",
    "accounts",
    "terms",
    "marks",
    "profile",
    "session_id",
    "pending",
    "ending",
)


_TAKEN_APART: Mql = {"$elemMatch": {"$gte": UNMERGE, "$lt": f"{UNMERGE}~"}}

_UNWRITTEN: Mql = {"created_at": {"$exists": False}, "marks": {"$not": _TAKEN_APART}}
"""No event made it, and nobody took it apart: such a one keeps identifiers without events."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How large a document is.

    ``brims``: something did not fit in. ``is_ending``: what has ended is still to be put away.
    """

    id: str
    identifiers: int
    bytes: int
    brims: bool = False
    is_ending: bool = False


class EndRepository:
    """Measures, trims and ends the aggregated documents of one collection."""

    def __init__(self, collection: Collection) -> None:
        self._documents = collection

    async def end(self, document_id: str, tombstone: Mql, *, only: Mql | None = None) -> bool:
        """Freeze a living document, content and all; False if it lives no more, or is not so."""
        ended = await self._documents.update_one(
            {"_id": document_id, **LIVE, **(only or {})}, {"$set": {**tombstone, **UNFINISHED}}
        )
        return bool(ended.modified_count)

    async def bar(self, document_id: str, tombstone: Mql) -> None:
        """Freeze a document that lives, or may come to live; nothing happens if it has ended."""
        barred = {"$set": {**tombstone, **UNFINISHED}}
        with suppress(DuplicateKeyError):  # it lives no more
            await self._documents.update_one({"_id": document_id, **LIVE}, barred, upsert=True)

    async def forestall(self, document_id: str, tombstone: Mql) -> bool:
        """End a document before anything is written to it; False if something was, or it ended."""
        unwritten = {"_id": document_id, **LIVE, **_UNWRITTEN}
        ended = {"$set": {**tombstone, **UNFINISHED}}
        with suppress(DuplicateKeyError):
            await self._documents.update_one(unwritten, ended, upsert=True)
            return True
        return False

    async def unwritten(self, beginnings: Iterable[str]) -> set[str]:
        """Living documents with ids that begin like this, in which nothing is written."""
        found: set[str] = set()
        for query in begins_with("_id", beginnings):
            found |= {
                one["_id"]
                async for one in self._documents.find({**query, **LIVE, **_UNWRITTEN}, {"_id": 1})
            }
        return found

    async def written(self, ids: Iterable[str]) -> set[str]:
        """Those of these documents that live, and in which something is written."""
        query = {"_id": {"$in": sorted(ids)}, **LIVE, "$nor": [_UNWRITTEN]}
        return {one["_id"] async for one in self._documents.find(query, {"_id": 1})}

    async def unfinished(self) -> list[Document]:
        """Documents that have ended, of which something is left to be done."""
        return await self._documents.find(UNFINISHED).to_list()

    async def ended(self, document_id: str) -> Document | None:
        """The document, if it has ended."""
        return await self._documents.find_one({"_id": document_id, "deleted": {"$ne": None}})

    async def inherit(self, document_id: str, identifiers: Iterable[str]) -> None:
        """Add identifiers to a document that has ended, while anybody may look at them."""
        await self._documents.update_one(
            {"_id": document_id, **UNFINISHED},
            {"$addToSet": {"identifiers": {"$each": sorted(identifiers)}}},
        )

    async def clear(self, document_id: str) -> None:
        """Drop the content of a document that has ended."""
        await self._documents.update_one(
            {"_id": document_id, "deleted": {"$ne": None}}, {"$unset": dict.fromkeys(_CONTENT, "")}
        )

    async def outlive(self, ids: Iterable[str]) -> None:
        """Note that these documents know more than the ledger, which has lost events of theirs.

        Some may be about to be written for the first time.
        """
        marked = {"$set": {"outlives": True}}
        if updates := [UpdateOne({"_id": one}, marked, upsert=True) for one in sorted(ids)]:
            await self._documents.bulk_write(updates, ordered=False)

    async def forget(self, ids: Iterable[str], *, at: datetime) -> None:
        """Let the store delete these tombstones at a time."""
        await self._documents.update_many(
            {"_id": {"$in": sorted(ids)}, "$nor": [LIVE]},
            {"$set": {"forget_at": at}},
        )

    async def end_of_profiles(self, profiles: Iterable[str], *, now: datetime) -> None:
        """End all documents that belong to these profiles, and leave tombstones without content.

        Their guards stay for a month, so that no process that wakes up late makes them anew.
        """
        query = {"profile": {"$in": sorted(profiles)}}
        while found := await self._documents.find(query, {"_id": 1}, limit=_STRETCH).to_list():
            ids = [document["_id"] for document in found]
            tombstone = {"deleted": now, "closed_at": now}
            await self._documents.update_many(
                {"_id": {"$in": ids}},
                {"$set": tombstone, "$unset": dict.fromkeys(_CONTENT, "")},
            )

    async def over(
        self, ids: Iterable[str], *, max_identifiers: int, max_bytes: int
    ) -> list[Measured]:
        """Those of these living documents that are over one of the limits."""
        wanted = {"_id": {"$in": sorted(set(ids))}, **LIVE}
        over = [
            {"identifiers": {"$gt": max_identifiers}},
            {"bytes": {"$gt": max_bytes}},
            BRIMMING,
            UNFINISHED,
        ]
        found = await self._documents.aggregate(
            [{"$match": wanted}, {"$project": _MEASURES}, {"$match": {"$or": over}}]
        )
        return [_measured(one) async for one in found]

    async def make_room(self, document_id: str) -> None:
        """Drop what makes a document large, so that it can be marked as ended at all."""
        await self._documents.update_one(
            {"_id": document_id, **LIVE}, {"$unset": BULK, "$set": BRIMMING}
        )

    async def trim(self, document_id: str) -> bool:
        """Drop what unique lists have beyond what they keep; False if others write all the time.

        The filter asks for the guards that were read: every change of the content changes them.
        """
        for _ in range(_TURNS):
            document = await self._documents.find_one({"_id": document_id, **LIVE})
            if document is None:
                return True
            states: Document = document.get("attributes", {})
            paths = [
                f"attributes.{name}.{key}" for name, one in states.items() for key in surplus(one)
            ]
            if not paths:
                return True
            unchanged = {name: document.get(name) for name in ("guard", "absorbed")}
            trimmed = await self._documents.update_one(
                {"_id": document_id, **LIVE, **unchanged}, {"$unset": dict.fromkeys(paths, "")}
            )
            if trimmed.modified_count:
                return True
        return False


_MEASURES: Mql = {
    "identifiers": {"$size": {"$ifNull": ["$identifiers", []]}},
    "bytes": {"$bsonSize": "$$ROOT"},
    **dict.fromkeys((*BRIMMING, *UNFINISHED), 1),
}


def _measured(found: Document) -> Measured:
    return Measured(
        found["_id"],
        found["identifiers"],
        found["bytes"],
        brims=bool(found.get("brims")),
        is_ending=bool(found.get("ending")),
    )
