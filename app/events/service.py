"""Use cases of reading events: pages of them, and what a person did most."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from app.errors import PageInvalidError
from app.events.compile import (
    Pair,
    action_counts,
    collision_match,
    event_match,
    named_match,
    page_counts,
    session_events_match,
    session_moments,
)
from app.events.filter import EventQuery, SessionSpan
from app.events.model import EventType
from app.events.ranges import TimeRange
from app.events.read_repository import EventReader
from app.events.views import SessionView, views_of
from app.paging import MAX_PAGE, Mql, Order, Page, PageRequest, Sort
from app.storage.client import Document

NEWEST_FIRST: Order = (Sort("time", -1), Sort("_id", -1))
EARLIEST_FIRST: Order = (Sort("time", 1), Sort("_id", 1))

MAX_MOMENTS = 1_000
"""Views and moments of frustration that are read of one session: hours of clicking."""


Hidden = Callable[[], Awaitable[Sequence[str]]]
"""Profiles whose events nobody sees any more."""


class EventService:
    """Finds events. What is asked for several owners is answered in their order."""

    def __init__(self, reader: EventReader, hidden: Hidden) -> None:
        self._reader = reader
        self._hidden = hidden

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The events of these ids."""
        hidden = set(await self._hidden())
        found = await self._reader.with_ids(ids)
        return {one: event for one, event in found.items() if event.get("profile") not in hidden}

    async def page(self, wanted: EventQuery, request: PageRequest) -> Page:
        """Events of everybody, the newest first."""
        query = event_match(wanted) | await self._seen()
        [page] = await self._reader.pages([query], NEWEST_FIRST, request)
        return page

    async def count(self, wanted: EventQuery) -> int:
        """How many events there are."""
        [count] = await self._reader.counts([event_match(wanted) | await self._seen()])
        return count

    async def pages_of_profiles(
        self, ids: Sequence[str], wanted: EventQuery, request: PageRequest
    ) -> list[Page]:
        """The events of each of these profiles, the newest first."""
        return await self._reader.pages(_of(ids, wanted), NEWEST_FIRST, request)

    async def counts_of_profiles(self, ids: Sequence[str], wanted: EventQuery) -> list[int]:
        """How many events each of these profiles has."""
        return await self._reader.counts(_of(ids, wanted))

    async def pages_of_sessions(
        self, sessions: Sequence[SessionSpan], request: PageRequest
    ) -> list[Page]:
        """The events of each of these sessions, the earliest first."""
        queries = map(session_events_match, sessions)
        return await self._reader.pages(queries, EARLIEST_FIRST, request)

    async def counts_of_sessions(self, sessions: Sequence[SessionSpan]) -> list[int]:
        """How many events each of these sessions has."""
        return await self._reader.counts(map(session_events_match, sessions))

    async def pages_of_collisions(self, pairs: Sequence[Pair], request: PageRequest) -> list[Page]:
        """The events with an identifier that are about somebody else, the newest first."""
        return await self._reader.pages(map(collision_match, pairs), NEWEST_FIRST, request)

    async def counts_of_collisions(self, pairs: Sequence[Pair]) -> list[int]:
        """How many events each of these collisions has."""
        return await self._reader.counts(map(collision_match, pairs))

    async def views_of_sessions(self, sessions: Sequence[SessionSpan]) -> list[list[SessionView]]:
        """The views of each of these sessions, in the order they happened."""
        pipelines = [session_moments(one, MAX_MOMENTS) for one in sessions]
        return [views_of(one) for one in await self._reader.summaries(pipelines)]

    async def most_visited_pages(
        self, ids: Sequence[str], during: TimeRange | None, first: int
    ) -> list[list[dict[str, Any]]]:
        """Name as ``_id``, ``views`` and ``sessions`` of the pages each profile viewed most."""
        limit = _limit(first)
        matching = [named_match(one, EventType.VIEW, during) for one in ids]
        return await self._reader.summaries(page_counts(one, limit) for one in matching)

    async def frequent_actions(
        self, ids: Sequence[str], during: TimeRange | None, first: int
    ) -> list[list[dict[str, Any]]]:
        """Name as ``_id`` and ``count`` of what each profile did most."""
        limit = _limit(first)
        matching = [named_match(one, EventType.ACTION, during) for one in ids]
        return await self._reader.summaries(action_counts(one, limit) for one in matching)

    async def _seen(self) -> Mql:
        hidden = await self._hidden()
        return {"profile": {"$nin": list(hidden)}} if hidden else {}


def _limit(first: int) -> int:
    if not 1 <= first <= MAX_PAGE:
        raise PageInvalidError("first", f"a summary has 1 to {MAX_PAGE} items")
    return first


def _of(ids: Sequence[str], wanted: EventQuery) -> list[Mql]:
    return [{"profile": one, **event_match(wanted)} for one in ids]
