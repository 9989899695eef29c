"""Rows of lists in MongoDB, and a record of each list that has rows.

A row is nothing but its id, ``contents|key``: by it one asks whether a list names somebody, walks
a list, and takes it away, without any other index. ``contents`` is made anew for each import, so
the rows of a list that is being imported belong to nobody until a segment is made of them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo.errors import BulkWriteError

from app.attributes.model import ProfileKind
from app.errors import ImportLostError
from app.profiles.compile import LIVE
from app.segments.rows.keys import keys_of_document, named_match
from app.segments.rows.model import LEASE, ListImport
from app.segments.segment import ListKey
from app.storage.client import Database, Document
from app.storage.faults import duplicates

_END = "}"
"""The character behind ``|``."""


class RowRepository:
    """Stores, asks, walks and removes rows."""

    def __init__(self, database: Database) -> None:
        self._rows = database["segment_rows"]
        self._lists = database["segment_lists"]
        self._people = database["profiles"]

    async def begin(self, started: ListImport, segment_id: str | None) -> None:
        """Record a list before it has rows."""
        await self._lists.insert_one(
            {
                "_id": started.id,
                "segment": segment_id,
                "name": started.name,
                "kind": started.kind,
                "on": started.on,
                "rows": 0,
                "read": 0,
                "size": started.size,
                "started_at": started.started_at,
                "alive_at": started.started_at,
                "under_way": True,
                "settled": False,
            }
        )

    async def add(self, contents: str, keys: Sequence[str]) -> None:
        """Store rows; those that are there already stay."""
        try:
            await self._rows.insert_many(
                [{"_id": _row_id(contents, key)} for key in keys], ordered=False
            )
        except BulkWriteError as error:
            duplicates(error)

    async def progress(self, contents: str, *, rows: int, read: int, now: datetime) -> None:
        """Say how far an import is, and that it goes on; ``ImportLostError`` if it was given up."""
        await self._touch(contents, {"rows": rows, "read": read, "alive_at": now})

    async def end(self, contents: str, segment_id: str, *, now: datetime) -> None:
        """Say that all rows are there, and which segment is about to be made of them."""
        fields = {"segment": segment_id, "alive_at": now, "under_way": False}
        await self._touch(contents, fields)

    async def _touch(self, contents: str, fields: Document) -> None:
        standing = {"_id": contents, "leaving": {"$ne": True}}
        touched = await self._lists.update_one(standing, {"$set": fields})
        if not touched.matched_count:
            raise ImportLostError

    async def settle(self, contents: str, *, settled: bool, now: datetime) -> None:
        """Say whether a segment is made of the rows, as far as one knows."""
        fields = {"settled": settled, "under_way": False, "alive_at": now}
        await self._lists.update_one({"_id": contents}, {"$set": fields})

    async def under_way(self, now: datetime) -> list[ListImport]:
        """The imports that are going on, the oldest first."""
        going = {"settled": False, "under_way": True, "alive_at": {"$gte": now - LEASE}}
        found = self._lists.find(going, sort=[("started_at", 1), ("_id", 1)])
        return [_import(document) async for document in found]

    async def unsettled(self, now: datetime) -> dict[str, str | None]:
        """Lists that nobody has touched for a while, with the segment that may be made of each."""
        idle = {"settled": False, "alive_at": {"$lt": now - LEASE}}
        found = self._lists.find(idle, {"segment": 1})
        return {document["_id"]: document["segment"] async for document in found}

    async def give_up(self, contents: str, now: datetime) -> bool:
        """Close a list to its import, if that has not come back meanwhile."""
        idle = {"_id": contents, "settled": False, "alive_at": {"$lt": now - LEASE}}
        return (await self._lists.update_one(idle, {"$set": {"leaving": True}})).matched_count > 0

    async def remove(self, contents: str, limit: int) -> int:
        """Take away so many rows at most, and the record with the last; how many there were."""
        keys = await self.keys(contents, "", limit)
        if keys:
            await self._rows.delete_many(
                {"_id": {"$gte": _row_id(contents, keys[0]), "$lte": _row_id(contents, keys[-1])}}
            )
        if len(keys) < limit:
            await self._lists.delete_one({"_id": contents})
        return len(keys)

    async def size(self, contents: str) -> tuple[int, datetime] | None:
        """How many a list named when they were last counted, and when that was."""
        found = await self._lists.find_one({"_id": contents}, {"members": 1, "counted_at": 1})
        return (found["members"], found["counted_at"]) if found and "members" in found else None

    async def resize(self, contents: str, members: int, *, at: datetime) -> None:
        """Remember how many a list named at a moment."""
        counted = {"members": members, "counted_at": at}
        await self._lists.update_one({"_id": contents}, {"$set": counted})

    async def named(self, contents: str, keys: Iterable[str]) -> set[str]:
        """Those of these keys that a row has."""
        ids = [_row_id(contents, key) for key in sorted(set(keys))]
        found = self._rows.find({"_id": {"$in": ids}}, batch_size=len(ids) + 1)
        return {_key(contents, document) async for document in found}

    async def standing(self, wanted: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of these rows of several lists, each by contents and key, that there are."""
        ids = {_row_id(contents, key): (contents, key) for contents, key in wanted}
        found = self._rows.find({"_id": {"$in": sorted(ids)}}, batch_size=len(ids) + 1)
        return {ids[document["_id"]] async for document in found}

    async def erase(self, profile: Document) -> None:
        """Delete the rows of all lists that name a person, and nobody else."""
        lists = self._lists.find({"kind": ProfileKind.USER}, {"on": 1})
        found = {one["_id"]: ListKey(one["on"]) async for one in lists}
        own = {on: await self._own_keys(on, profile) for on in set(found.values())}
        rows = [_row_id(contents, key) for contents, on in found.items() for key in own[on]]
        await self._rows.delete_many({"_id": {"$in": rows}})

    async def _own_keys(self, on: ListKey, person: Document) -> list[str]:
        """The keys by which rows name this person; names and addresses may be others' as well."""
        keys = keys_of_document(ProfileKind.USER, on, person)
        if on is ListKey.USER_ID or not keys:
            return keys
        others = {**named_match(ProfileKind.USER, on, keys), **LIVE, "_id": {"$ne": person["_id"]}}
        return [] if await self._people.find_one(others, {"_id": 1}) else keys

    async def has(self, contents: str, number: int) -> bool:
        """Whether a list has so many rows."""
        rows = {"_id": {"$gt": _row_id(contents, ""), "$lt": f"{contents}{_END}"}}
        found = self._rows.find(rows, {"_id": 1}, sort=[("_id", 1)], skip=number - 1, limit=1)
        return bool(await found.to_list())

    async def keys(self, contents: str, after: str, limit: int) -> list[str]:
        """The next keys of a list behind one of them, in their order."""
        behind = {"_id": {"$gt": _row_id(contents, after), "$lt": f"{contents}{_END}"}}
        found = self._rows.find(behind, sort=[("_id", 1)], limit=limit, batch_size=limit + 1)
        return [_key(contents, document) async for document in found]


def _row_id(contents: str, key: str) -> str:
    return f"{contents}|{key}"


def _key(contents: str, document: Document) -> str:
    return str(document["_id"])[len(contents) + 1 :]


def _import(document: Document) -> ListImport:
    return ListImport(
        id=document["_id"],
        name=document["name"],
        kind=ProfileKind(document["kind"]),
        on=ListKey(document["on"]),
        rows=document["rows"],
        read=document["read"],
        size=document["size"],
        started_at=document["started_at"],
    )
