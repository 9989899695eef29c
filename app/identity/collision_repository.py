"""Collisions in MongoDB: one document for each identifier and whom events with it were about."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b

from pymongo import UpdateOne

from app.identity.collisions import Collision
from app.paging import Order, Page, PageRequest
from app.storage.client import Database
from app.storage.pages import read_pages
from app.storage.together import count_together


class CollisionRepository:
    """Records collisions, and reads them."""

    def __init__(self, database: Database) -> None:
        self._collisions = database["collisions"]

    async def record(self, collisions: Iterable[Collision], *, now: datetime) -> None:
        """Note that these happened; may be repeated at will."""
        updates = [_update(one, now) for one in collisions]
        if updates:
            await self._collisions.bulk_write(updates, ordered=False)

    async def forget(self, identifiers: Sequence[str]) -> None:
        """Delete those in which one of these identifiers is named."""
        named = {"$in": identifiers}
        await self._collisions.delete_many({"$or": [{"identifier": named}, {"about": named}]})

    async def page(self, order: Order, request: PageRequest) -> Page:
        """A page of all."""
        [page] = await read_pages(self._collisions, [{}], order, request)
        return page

    async def count(self) -> int:
        """How many there are."""
        [count] = await count_together(self._collisions, [{}])
        return count


def _update(one: Collision, now: datetime) -> UpdateOne:
    made = {"identifier": one.identifier, "about": one.about, "found_at": now}
    key = blake2b(f"{one.identifier}\0{one.about}".encode(), digest_size=12).hexdigest()
    return UpdateOne(
        {"_id": key},
        {
            "$setOnInsert": made,
            "$min": {"first_at": one.first_at},
            "$max": {"last_at": one.last_at},
        },
        upsert=True,
    )
