"""Saved segments in MongoDB: one document each, so that an edit replaces a definition at once."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import uuid4

from pymongo import ReturnDocument

from app.attributes.model import ProfileKind
from app.events.keys import decode_json, encode_json
from app.paging import Mql, Order, Page, PageRequest, Sort
from app.patterns import containing
from app.segments.membership import Refreshed, Refreshing
from app.segments.segment import CsvList, Definition, ListKey, Segment, Source
from app.storage.client import Database, Document
from app.storage.pages import read_pages
from app.storage.together import count_together

BY_NAME: Order = (Sort("name", 1), Sort("_id", 1))


_STAYING: Mql = {"leaving": {"$in": [None, False]}}

LeavingMark: TypeAlias = str | bool | None
"""What a segment that is about to be deleted bears; a mere true was written once."""


class SegmentRepository:
    """Reads and changes segments."""

    def __init__(self, database: Database) -> None:
        self._segments = database["segments"]

    async def with_ids(self, ids: Iterable[str]) -> dict[str, Segment]:
        """The segments of these ids."""
        found = self._segments.find({"_id": {"$in": sorted(set(ids))}})
        return {document["_id"]: load_segment(document) async for document in found}

    async def all_of(self, kind: ProfileKind) -> list[Segment]:
        """Every segment of a kind, by name."""
        found = self._segments.find({"kind": kind}, sort=[("name", 1), ("_id", 1)])
        return [load_segment(document) async for document in found]

    async def page(
        self, kind: ProfileKind | None, search: str | None, request: PageRequest
    ) -> Page:
        """A page of segments, by name."""
        [page] = await read_pages(self._segments, [_query(kind, search)], BY_NAME, request)
        return page

    async def count(self, kind: ProfileKind | None, search: str | None) -> int:
        """How many segments there are."""
        [count] = await count_together(self._segments, [_query(kind, search)])
        return count

    async def insert(self, segment: Segment) -> None:
        """Store a new segment."""
        await self._segments.insert_one(_document(segment))

    async def change(
        self, segment_id: str, said: Document, *, now: datetime, onto: int | None = None
    ) -> Segment | None:
        """The segment with these fields; None if there is none, or ``onto`` is not its version."""
        version = {} if onto is None else {"version": onto}
        return await self._changed({"_id": segment_id, **version}, {**said, "updated_at": now})

    async def replace_source(
        self, segment_id: str, source: Source, said: Document, *, now: datetime, onto: int
    ) -> Segment | None:
        """The same with another source, which makes a new version."""
        fields = {"source": _stored(source), "uses": list(source.uses), "version": onto + 1}
        return await self.change(segment_id, {**said, **fields}, now=now, onto=onto)

    async def _changed(self, identity: Mql, fields: Document) -> Segment | None:
        changed = await self._segments.find_one_and_update(
            identity, {"$set": fields}, return_document=ReturnDocument.AFTER
        )
        return load_segment(changed) if changed else None

    async def claim_due(self, *, now: datetime, until: timedelta) -> Segment | None:
        """The segment that has waited longest for a refresh; nobody else gets it for a while."""
        claimed = await self._segments.find_one_and_update(
            {"refresh_at": {"$lte": now}, "refresh_seconds": {"$ne": None}},
            {"$set": {"refresh_at": now + until, "refreshed_by": str(uuid4())}},
            sort=[("refresh_at", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return load_segment(claimed) if claimed else None

    async def claim(self, segment_id: str) -> Segment | None:
        """The segment, for a refresh that takes over from any other; None if there is none."""
        return await self._changed({"_id": segment_id}, {"refreshed_by": str(uuid4())})

    async def is_claimed(self, segment: Segment) -> bool:
        """Whether no other refresh has taken over, nor the segment gone."""
        return await self._segments.find_one(_claimed(segment), {"_id": 1}) is not None

    async def refreshed(self, segment: Segment, last: Refreshed) -> Segment | None:
        """The segment with what its refresh found; None if it is no longer claimed.

        The next one is due by the schedule, unless that, or the source, has changed meanwhile.
        """
        stored = await self._changed(_claimed(segment), {"refreshed": asdict(last)})
        every = segment.refreshing.every
        if every and stored:
            as_known = {"refresh_seconds": every.total_seconds(), "version": segment.version}
            due = {"$set": {"refresh_at": last.at + every}}
            await self._segments.update_one({**_claimed(segment), **as_known}, due)
        return stored

    async def users_of(self, segment_id: str) -> list[Segment]:
        """The segments that are made of this one, by name."""
        found = self._segments.find({"uses": segment_id}, sort=[("name", 1), ("_id", 1)])
        return [load_segment(document) async for document in found]

    async def mark_leaving(
        self, segment_id: str, *, now: datetime
    ) -> tuple[Segment, LeavingMark] | None:
        """Say that a segment is about to be deleted; the mark is that of all who say so."""
        mark = {"$set": {"leaving": str(uuid4()), "leaving_at": now}}
        await self._segments.update_one({"_id": segment_id, **_STAYING}, mark)
        found = await self._segments.find_one({"_id": segment_id})
        return (load_segment(found), found.get("leaving")) if found else None

    async def let_stay(self, segment_id: str, mark: LeavingMark) -> None:
        """Say that it is not deleted after all."""
        marked = {"_id": segment_id, "leaving": mark}
        await self._segments.update_one(marked, {"$set": {"leaving": None}})

    async def leaving(self, ids: Iterable[str]) -> set[str]:
        """Those of these ids that cannot be used any more: gone, or about to be."""
        wanted = set(ids)
        found = self._segments.find({"_id": {"$in": sorted(wanted)}, **_STAYING}, {"_id": 1})
        return wanted - {document["_id"] async for document in found}

    async def left_over(self, before: datetime) -> list[str]:
        """The segments that somebody began to delete so long ago."""
        begun = {"leaving": {"$nin": [None, False]}, "leaving_at": {"$not": {"$gte": before}}}
        return [document["_id"] async for document in self._segments.find(begun, {"_id": 1})]

    async def delete(self, segment_id: str, mark: LeavingMark = None) -> bool:
        """Whether there was such a segment, with this mark if it is given one."""
        marked = {} if mark is None else {"leaving": mark}
        deleted = await self._segments.delete_one({"_id": segment_id, **marked})
        return deleted.deleted_count > 0


def _claimed(segment: Segment) -> Mql:
    return {"_id": segment.id, "refreshed_by": segment.refreshing.claim}


def _query(kind: ProfileKind | None, search: str | None) -> Mql:
    query: Mql = {} if kind is None else {"kind": kind}
    words = (search or "").split()
    if words:
        query["$and"] = [{"name": {"$regex": containing(one), "$options": "i"}} for one in words]
    return query


def _document(segment: Segment) -> Document:
    return {
        "_id": segment.id,
        "kind": segment.kind,
        "name": segment.name,
        "description": segment.description,
        "source": _stored(segment.source),
        "uses": list(segment.source.uses),
        "version": segment.version,
        "created_at": segment.created_at,
        "updated_at": segment.updated_at,
        **schedule(segment.refreshing.every, segment.updated_at),
    }


def schedule(every: timedelta | None, now: datetime) -> Document:
    """How often a segment is refreshed, from now on; null sorts before every moment."""
    if every is None:
        return {"refresh_seconds": None, "refresh_at": None}
    return {"refresh_seconds": every.total_seconds(), "refresh_at": now}


def _stored(source: Source) -> Document:
    match source:
        case Definition(condition=condition):
            return {"definition": encode_json(dict(condition))}
        case CsvList(on=on, contents=contents):
            return {"list": {"on": on, "contents": contents}}


def _source(stored: Document) -> Source:
    if "list" in stored:
        return CsvList(ListKey(stored["list"]["on"]), stored["list"]["contents"])
    return Definition(decode_json(stored["definition"]))


def _refreshing(document: Document) -> Refreshing:
    seconds, last = document.get("refresh_seconds"), document.get("refreshed")
    return Refreshing(
        None if seconds is None else timedelta(seconds=seconds),
        Refreshed(**last) if last else None,
        document.get("refreshed_by"),
    )


def load_segment(document: Document) -> Segment:
    """The segment of a document."""
    return Segment(
        id=document["_id"],
        kind=ProfileKind(document["kind"]),
        name=document["name"],
        description=document["description"],
        source=_source(document["source"]),
        version=document["version"],
        created_at=document["created_at"],
        updated_at=document["updated_at"],
        refreshing=_refreshing(document),
    )
