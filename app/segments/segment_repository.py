"""Saved segments in MongoDB: one document each, so that an edit replaces a definition at once."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

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
        self, segment_id: str, fields: dict[str, Any], *, now: datetime
    ) -> Segment | None:
        """The segment with another name or description; None if there is no such segment."""
        return await self._changed({"_id": segment_id}, {**fields, "updated_at": now})

    async def replace_source(self, replaced: Segment, *, onto: int) -> Segment | None:
        """The segment with another source; None if ``onto`` is not its version."""
        fields = _document(replaced)
        identity = {"_id": fields.pop("_id"), "version": onto}
        return await self._changed(identity, fields)

    async def _changed(self, identity: Mql, fields: dict[str, Any]) -> Segment | None:
        changed = await self._segments.find_one_and_update(
            identity, {"$set": fields}, return_document=ReturnDocument.AFTER
        )
        return load_segment(changed) if changed else None

    async def claim_due(self, *, now: datetime, until: timedelta) -> Segment | None:
        """The segment that has waited longest for a refresh; nobody else gets it for a while."""
        claimed = await self._segments.find_one_and_update(
            {"refresh_at": {"$lte": now}},
            {"$set": {"refresh_at": now + until}},
            sort=[("refresh_at", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return load_segment(claimed) if claimed else None

    async def refreshed(self, segment: Segment, last: Refreshed) -> Segment | None:
        """The segment with what its refresh found, and when the next one is due; None if gone."""
        every = segment.refreshing.every
        due = {"refresh_at": last.at + every} if every else {}
        return await self._changed({"_id": segment.id}, {"refreshed": asdict(last), **due})

    async def users_of(self, segment_id: str) -> list[Segment]:
        """The segments that are made of this one, by name."""
        found = self._segments.find({"uses": segment_id}, sort=[("name", 1), ("_id", 1)])
        return [load_segment(document) async for document in found]

    async def mark_leaving(self, segment_id: str, *, leaving: bool) -> Segment | None:
        """Say that a segment is about to be deleted, or is not after all."""
        return await self._changed({"_id": segment_id}, {"leaving": leaving})

    async def leaving(self, ids: Iterable[str]) -> set[str]:
        """Those of these ids that cannot be used any more: gone, or about to be."""
        wanted = set(ids)
        staying = {"_id": {"$in": sorted(wanted)}, "leaving": {"$ne": True}}
        found = self._segments.find(staying, {"_id": 1})
        return wanted - {document["_id"] async for document in found}

    async def delete(self, segment_id: str) -> bool:
        """Whether there was such a segment."""
        return (await self._segments.delete_one({"_id": segment_id})).deleted_count > 0


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
