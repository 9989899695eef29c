"""Finds out in the database what conditions say of events and of rows of lists."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from app.attributes.model import ProfileKind
from app.segments.grouping import decided, deciding, gathering, is_simple
from app.segments.model import Listed, Performed
from app.segments.rows.keys import keys_of_document, named_match
from app.segments.rows.repository import RowRepository
from app.storage.client import Database, Document

_PART = 2000
"""Values that one command names."""

_AT_ONCE = 4
"""Commands that a long list keeps under way: the server works on several at once."""

MANY_ROWS = 20_000
"""Rows of a list that are matched in less than a second."""

_BATCH = 100_000
"""Ids of one batch of a cursor: as many as the server sends at a time anyway."""


class Finder:
    """Finds the ids of those who performed something, or who are on a list."""

    def __init__(self, database: Database, rows: RowRepository) -> None:
        self._events = database["events"]
        self._rows = rows
        self._documents = {
            ProfileKind.USER: database["profiles"],
            ProfileKind.ACCOUNT: database["accounts"],
        }

    async def performed(
        self, condition: Performed, kind: ProfileKind, among: Collection[str] | None = None
    ) -> frozenset[str]:
        """Who performed it; ``among``: of whom alone it is asked."""
        if not is_simple(condition):
            return frozenset(await self._gathered(condition, kind, among))
        pipeline = deciding(condition, kind, among)
        cursor = await self._events.aggregate(pipeline, batchSize=_BATCH)
        found = await cursor.to_list()
        sure = {one["_id"] for one in found if one.get("sure", True)}
        for part in _parts([one["_id"] for one in found if not one.get("sure", True)]):
            sure |= await self._gathered(condition, kind, part)
        return frozenset(sure)

    async def _gathered(
        self, condition: Performed, kind: ProfileKind, among: Collection[str] | None
    ) -> set[str]:
        pipeline = gathering(condition, kind, among)
        found = await self._events.aggregate(pipeline, batchSize=_BATCH)
        return decided(condition, await found.to_list())

    async def listed(self, condition: Listed, kind: ProfileKind) -> frozenset[str]:
        """Whom the rows of a list name now."""
        found: set[str] = set()
        after = ""
        while keys := await self._rows.keys(condition.contents, after, _AT_ONCE * _PART):
            named = (self._named(condition, kind, part) for part in _parts(keys))
            found.update(*await asyncio.gather(*named))
            after = keys[-1]
        return frozenset(found)

    async def _named(self, condition: Listed, kind: ProfileKind, keys: list[str]) -> set[str]:
        query = named_match(kind, condition.on, keys)
        found = self._documents[kind].find(query, {"_id": 1}, batch_size=_BATCH)
        return {document["_id"] async for document in found}

    async def is_long(self, condition: Listed) -> bool:
        """Whether a list has so many rows that those who are looked at are asked for instead."""
        return await self._rows.has(condition.contents, MANY_ROWS)

    async def lists_of(
        self, documents: Iterable[Document], lists: Iterable[Listed], kind: ProfileKind
    ) -> dict[str, frozenset[str]]:
        """By id of a document: the contents of the lists that name it."""
        asked = list(lists)
        keys = {
            (document["_id"], one.contents): keys_of_document(kind, one.on, document)
            for document in documents
            for one in asked
        }
        wanted = [(contents, key) for (_, contents), of in keys.items() for key in of]
        known = await self._rows.standing(wanted) if wanted else set()
        found: defaultdict[str, set[str]] = defaultdict(set)
        for (document_id, contents), of in keys.items():
            if any((contents, key) in known for key in of):
                found[document_id].add(contents)
        return {key: frozenset(contents) for key, contents in found.items()}


def _parts(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _PART):
        yield ids[start : start + _PART]
