"""Reading aggregated documents: single ones, pages in a stable order, counts."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cachetools import TTLCache

from app.cursors import window
from app.paging import (
    Mql,
    Order,
    Page,
    PageRequest,
    directed,
    matching,
    page_of,
    stretches,
)
from app.profiles.compile import LIVE
from app.storage.client import Collection, Document
from app.storage.pages import read_pages, sifted_page
from app.storage.together import count_together

WRITTEN = {**LIVE, "created_at": {"$exists": True}}
"""Living documents that events have written; a claimed or closed one has no content to show."""

SEEN: Mql = {"attributes.first_seen": {"$gt": datetime.min.replace(tzinfo=UTC)}}
"""What every event says: all profiles and accounts with content, as an index tells them."""

EVERYBODY: Mql = {"_id": {"$gt": ""}}
"""All of them, as the index of ids tells them: planners take it, and it costs less than a hint."""

_ALL = 100_000
"""More than a query for a few fields finds, so that it is one command."""

COMMON = 5000
"""Documents that are fetched and sorted in less than a tenth of a second."""

HINT_SECONDS = 60
"""How long a hint holds. One that is out of date costs time, and never a document."""


class DocumentReader:
    """Reads the aggregated documents of one collection.

    ``shown``: the filter for documents that anybody may see, now. ``hidden``: the ids of those that
    have content and may not be seen; None if they are too many.
    """

    def __init__(
        self,
        collection: Collection,
        shown: Callable[[], Mql] = lambda: WRITTEN,
        hidden: Callable[[], Awaitable[list[str] | None]] | None = None,
    ) -> None:
        self._documents = collection
        self._shown = shown
        self._hidden = hidden
        self._hints: TTLCache[str, str] = TTLCache(maxsize=1000, ttl=HINT_SECONDS)

    async def find(
        self, path: str, value: str, fields: Iterable[str] | None = None
    ) -> Document | None:
        """A living document that has this there, or at least these fields of it."""
        projection = None if fields is None else _projection(fields, ())
        return await self._documents.find_one({path: value, **self._shown()}, projection)

    async def with_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The living ones of these documents, by id."""
        found = self._documents.find({"_id": {"$in": sorted(set(ids))}, **self._shown()})
        return {document["_id"]: document async for document in found}

    async def fields(self, query: Mapping[str, Any], paths: Iterable[str]) -> list[Document]:
        """These fields of all living documents that match, with their ids."""
        found = self._documents.find(self._living(query), dict.fromkeys(paths, 1), batch_size=_ALL)
        return await found.to_list()

    async def page(
        self,
        query: Mapping[str, Any],
        order: Order,
        request: PageRequest,
        *,
        may_match_many: bool = False,
        fields: Iterable[str] | None = None,
    ) -> Page:
        """A page of the living documents that match; one command for each stretch it touches.

        ``may_match_many``: indexes answer the query, and very many documents may match it.
        ``fields``: what of the documents is needed, beside what they are sorted by. They are to
        be shown, not computed with: their times are in UTC and do not say so.
        """
        asked = window(request, order)
        hint = await self._hint(query) if may_match_many and len(order) == 1 else None
        if not query and order[0].path == "_id":
            query = EVERYBODY
        found: list[Document] = []
        for phase in stretches(order, asked):
            missing = asked.limit + 1 - len(found)
            if missing > 0:
                documents = self._documents.find(
                    matching(self._living(query), phase, asked),
                    _projection(fields, order),
                    sort=list(directed(phase, asked).items()),
                    limit=missing,
                    batch_size=missing + 1,  # all at once: one more would be a second command
                    hint=hint,
                    naive_times=True,
                )
                found += await documents.to_list()
        return page_of(found, asked)

    async def page_of_those(
        self,
        query: Mapping[str, Any],
        order: Order,
        request: PageRequest,
        belonging: Callable[[list[Document]], Awaitable[list[Document]]],
    ) -> Page:
        """A page of those among the matching documents that belong; read in growing parts."""
        return await sifted_page(self._documents, self._living(query), order, request, belonging)

    async def those(self, query: Mapping[str, Any]) -> dict[str, Document]:
        """All living documents that match, by id."""
        found = await self._documents.find(self._living(query)).to_list()
        return {document["_id"]: document for document in found}

    async def ids(self, query: Mapping[str, Any], *, limit: int = 0) -> list[str]:
        """The ids of the living documents that match, at most so many; 0: all."""
        found = self._documents.find(self._living(query), {"_id": 1}, limit=limit)
        return [document["_id"] async for document in found]

    async def _hint(self, query: Mapping[str, Any]) -> str | None:
        """Ids are walked in their order where so many documents match that some come soon.

        Planners would rather fetch and sort all of them: seconds, for a word that half of a
        million profiles have. To count up to this many takes milliseconds, and is remembered for
        the pages that follow.
        """
        known_as = repr(query)
        hint = self._hints.get(known_as)
        if hint is None:
            found = await self._documents.count_documents(query, limit=COMMON)
            hint = self._hints[known_as] = "_id_" if found == COMMON else ""
        return hint or None

    async def pages(
        self,
        queries: Iterable[Mapping[str, Any]],
        order: Order,
        request: PageRequest,
        fields: Iterable[str] | None = None,
    ) -> list[Page]:
        """The same page of what each query finds, in one command; ``fields`` as above."""
        wanted, projection = map(self._living, queries), _projection(fields, order)
        return await read_pages(self._documents, wanted, order, request, projection)

    async def count(self, query: Mapping[str, Any], *, with_content: bool = False) -> int:
        """How many living documents match.

        ``with_content``: all that match have content, so that an index can tell how many they
        are, and only the few hidden ones are looked at.
        """
        if self._hidden and not query:
            query, with_content = SEEN, True
        hidden = await self.hidden() if with_content else None
        if hidden is None:
            return await self._documents.count_documents(self._living(query))
        found = await self._documents.count_documents(query)
        if not hidden:
            return found
        among = {"$and": [{"_id": {"$in": hidden}}, query]}
        return found - await self._documents.count_documents(among)

    async def hidden(self) -> list[str] | None:
        """The documents that have content and may not be seen; None if it is not known."""
        return await self._hidden() if self._hidden else None

    async def counts(self, queries: Iterable[Mapping[str, Any]]) -> list[int]:
        """How many living documents match each query, in one command."""
        return await count_together(self._documents, map(self._living, queries))

    def _living(self, query: Mapping[str, Any]) -> Mql:
        return {"$and": [self._shown(), query]} if query else dict(self._shown())


def _projection(fields: Iterable[str] | None, order: Order) -> dict[str, int]:
    """Without what is there for writing and searching; servers refuse paths inside each other."""
    if fields is None:
        return {"terms": 0, "guard": 0}
    sorted_by = tuple(one.path for one in order)
    return dict.fromkeys(_outermost(frozenset(fields), sorted_by), 1) or {"_id": 1}


@lru_cache(maxsize=256)
def _outermost(fields: frozenset[str], sorted_by: tuple[str, ...]) -> tuple[str, ...]:
    paths = fields.union(sorted_by)
    return tuple(path for path in sorted(paths) if not paths & set(_above(path)))


def _above(path: str) -> Iterator[str]:
    while "." in path:
        path = path.rpartition(".")[0]
        yield path
