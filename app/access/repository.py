"""Sources in MongoDB: one document each, found by the digest of its key."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument

from app.access.model import DEMO, EventSource, EventSourceKind
from app.identity.model import IdentityPolicy
from app.storage.client import Database, Document


class EventSourceRepository:
    """Reads and changes sources."""

    def __init__(self, database: Database) -> None:
        self._sources = database["event_sources"]

    async def insert(self, source: EventSource, digest: str) -> None:
        """Store a new source with the digest of its key."""
        await self._sources.insert_one({**_document(source), "digest": digest})

    async def with_digest(self, digest: str) -> tuple[EventSource, str] | None:
        """The source that has this digest, and the digest that it has."""
        found = await self._sources.find_one({"digest": digest})
        return (_source(found), found["digest"]) if found else None

    async def with_ids(self, ids: Iterable[str]) -> dict[str, EventSource]:
        """The sources of these ids."""
        found = self._sources.find({"_id": {"$in": sorted(set(ids))}})
        return {one["_id"]: _source(one) async for one in found}

    async def all(self) -> list[EventSource]:
        """The sources that are not revoked, by name."""
        order = [("name", 1), ("_id", 1)]
        found = self._sources.find({"revoked_at": None}, sort=order)
        return [_source(one) async for one in found]

    async def any(self) -> bool:
        """Whether there was ever a source, which may be revoked; the demo shop's do not count."""
        own = {"_id": {"$not": {"$regex": f"^{DEMO}"}}}
        return await self._sources.find_one(own, {"_id": 1}) is not None

    async def count(self) -> int:
        """How many sources are not revoked."""
        return await self._sources.count_documents({"revoked_at": None})

    async def change(self, source: EventSource) -> EventSource | None:
        """The source as it is told now, unless it is revoked; None if it is gone."""
        fields = _document(source)
        known = {"_id": fields.pop("_id"), "revoked_at": None}
        return await self._changed(known, fields)

    async def revoke(self, source_id: str, *, now: datetime) -> EventSource | None:
        """The source without a key that counts; the moment of the first time stays."""
        known = {"_id": source_id, "revoked_at": None}
        changed = await self._changed(known, {"revoked_at": now, "updated_at": now})
        return changed or (await self.with_ids([source_id])).get(source_id)

    async def _changed(self, known: dict[str, Any], fields: dict[str, Any]) -> EventSource | None:
        changed = await self._sources.find_one_and_update(
            known, {"$set": fields}, return_document=ReturnDocument.AFTER
        )
        return _source(changed) if changed else None


def _document(source: EventSource) -> Document:
    return {
        "_id": source.id,
        "name": source.name,
        "kind": source.kind,
        "policy": source.policy,
        "origins": list(source.origins),
        "rate": source.rate,
        "burst": source.burst,
        "traits_become_attributes": source.traits_become_attributes,
        "created_at": source.created_at,
        "updated_at": source.updated_at,
        "revoked_at": source.revoked_at,
    }


def _source(document: Document) -> EventSource:
    policy = document["policy"]
    return EventSource(
        id=document["_id"],
        name=document["name"],
        kind=EventSourceKind(document["kind"]),
        policy=IdentityPolicy(policy) if policy else None,
        origins=tuple(document["origins"]),
        rate=document["rate"],
        burst=document["burst"],
        traits_become_attributes=document["traits_become_attributes"],
        created_at=document["created_at"],
        updated_at=document["updated_at"],
        revoked_at=document["revoked_at"],
    )
