"""Use cases of reading what a crowd did: the events of all people for whom a condition holds.

Of few people their own events are read; of many, everybody's, newest first, of which most belong.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from app.attributes.model import ProfileKind
from app.events.compile import event_match
from app.events.filter import EventQuery
from app.events.read_repository import EventReader
from app.events.service import NEWEST_FIRST
from app.paging import Mql, Page, PageRequest
from app.segments.members import Members
from app.segments.model import All, Among, Condition
from app.segments.resolving import Question, Resolver
from app.storage.client import Document

FEW_PEOPLE = 1000
"""People whose events are fetched and sorted in a tenth of a second."""


class CrowdService:
    """Finds events by whom they are of."""

    def __init__(self, *, events: EventReader, members: Members, resolver: Resolver) -> None:
        self._events = events
        self._members = members
        self._resolver = resolver

    async def page(
        self,
        wanted: EventQuery,
        people: Mapping[str, Any],
        request: PageRequest,
        *,
        now: datetime,
    ) -> tuple[Page, Callable[[], Awaitable[int]]]:
        """A page of their events, the newest first, and how to count them all."""
        question = Question(ProfileKind.USER, people, path=("profiles",))
        condition = await self._resolver.condition(question, now)
        found = await self._resolver.resolved(condition, ProfileKind.USER)
        query = event_match(wanted)
        few = await self._members.few(found, FEW_PEOPLE)
        if few is None:
            page = await self._sifted(query, found, request)
            return page, lambda: self._count(query, found)
        of_few = {**query, "profile": {"$in": few}}
        [page] = await self._events.pages([of_few], NEWEST_FIRST, request)
        return page, lambda: self._count_one(of_few)

    async def _sifted(self, query: Mql, condition: Condition, request: PageRequest) -> Page:
        async def belonging(events: list[Document]) -> list[Document]:
            owners = {one["profile"] for one in events}
            asked = All((Among(frozenset(owners)), condition))
            members = await self._members.ids(asked)
            return [one for one in events if one["profile"] in members]

        of_people = {**query, "profile": {"$ne": None}}
        return await self._events.sifted(of_people, NEWEST_FIRST, request, belonging)

    async def _count(self, query: Mql, condition: Condition) -> int:
        counts = await self._events.counts_by_profile(query)
        members = await self._members.ids(condition)
        return sum(count for owner, count in counts.items() if owner in members)

    async def _count_one(self, query: Mql) -> int:
        [count] = await self._events.counts([query])
        return count
