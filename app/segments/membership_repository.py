"""Stays in segments, in MongoDB.

A stay that lasts has the id of segment and member, so that nobody is in a segment twice, whatever
two refreshes do at once. When it ends, it is first written under another id, then removed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from pymongo import DeleteOne, UpdateOne

from app.events.ranges import TimeRange
from app.paging import Page, PageRequest
from app.segments.membership import (
    Change,
    changes_match,
    newest_first,
    stays_match,
)
from app.storage.client import Database, Document, Write
from app.storage.pages import read_pages
from app.storage.together import count_together

_PART = 2000


class MembershipRepository:
    """Keeps who was in which segment, and when."""

    def __init__(self, database: Database) -> None:
        self._stays = database["segment_members"]

    async def present(self, segment_id: str) -> set[str]:
        """Whom the last refresh found."""
        query = {"segment": segment_id, "left": None}
        return {stay["member"] async for stay in self._stays.find(query, {"member": 1})}

    async def enter(
        self, segment_id: str, members: Collection[str], *, at: datetime, initial: bool
    ) -> None:
        """Let stays begin; nothing happens where they have."""
        fields = {"segment": segment_id, "entered": at, "left": None, "initial": initial}
        for part in _parts(members):
            await self._stays.bulk_write(
                [
                    UpdateOne(
                        {"_id": f"{segment_id}/{member}"},
                        {"$setOnInsert": {**fields, "member": member}},
                        upsert=True,
                    )
                    for member in part
                ],
                ordered=False,
            )

    async def leave(self, segment_id: str, members: Collection[str], *, at: datetime) -> None:
        """Let stays end."""
        for part in _parts(members):
            open_ones = {"_id": {"$in": [f"{segment_id}/{member}" for member in part]}}
            lasting = await self._stays.find(open_ones).to_list()
            writes = [write for stay in lasting for write in _ending(stay, at)]
            if writes:
                await self._stays.bulk_write(writes)

    async def move(self, segment_id: str, leads: Mapping[str, str]) -> None:
        """Let stays go on as stays of others, who may have one: the earlier one counts."""
        for part in _parts(leads):
            moving = {"_id": {"$in": [f"{segment_id}/{member}" for member in part]}}
            lasting = await self._stays.find(moving).to_list()
            writes = [one for stay in lasting for one in _moving(stay, leads[stay["member"]])]
            if writes:
                await self._stays.bulk_write(writes)

    async def at(self, segment_id: str, moment: datetime) -> set[str]:
        """Who was in a segment."""
        query = stays_match(segment_id, moment)
        return {stay["member"] async for stay in self._stays.find(query, {"member": 1})}

    async def changes(
        self, segment_id: str, change: Change, during: TimeRange | None, request: PageRequest
    ) -> Page:
        """A page of those who entered or left, the newest first."""
        query = changes_match(segment_id, change, during)
        [page] = await read_pages(self._stays, [query], newest_first(change), request)
        return page

    async def count(self, segment_id: str, change: Change, during: TimeRange | None) -> int:
        """How many entered or left."""
        [count] = await count_together(self._stays, [changes_match(segment_id, change, during)])
        return count

    async def erase(self, profile: Document) -> None:
        """Delete every stay of a person, also of the profiles that became this one."""
        members = [profile["_id"], *profile.get("absorbed", ())]
        await self._stays.delete_many({"member": {"$in": members}})

    async def forget(self, segment_id: str) -> None:
        """Delete the history of a segment."""
        await self._stays.delete_many({"segment": segment_id})


def _ending(stay: Document, at: datetime) -> Iterator[Write]:
    entered = int(stay["entered"].timestamp() * 1000)
    ended = {**stay, "left": at}
    key = f"{ended.pop('_id')}/{entered}"
    yield UpdateOne({"_id": key}, {"$setOnInsert": ended}, upsert=True)
    yield DeleteOne({"_id": stay["_id"], "entered": stay["entered"]})


def _moving(stay: Document, member: str) -> Iterator[Write]:
    entered, initial = stay["entered"], stay["initial"]
    key = f"{stay['segment']}/{member}"
    moved = {name: one for name, one in stay.items() if name != "_id"} | {"member": member}
    yield UpdateOne({"_id": key}, {"$setOnInsert": moved}, upsert=True)
    earlier = {"$set": {"entered": entered, "initial": initial}}
    yield UpdateOne({"_id": key, "entered": {"$gt": entered}}, earlier)
    yield DeleteOne({"_id": stay["_id"], "entered": entered})


def _parts(members: Iterable[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(members)
    for start in range(0, len(ordered), _PART):
        yield ordered[start : start + _PART]
