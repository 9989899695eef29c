"""Reads and counts those for whom a condition over documents holds, however many did something."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import TypeAlias

from app.attributes.catalogue import Catalogue
from app.attributes.model import ProfileKind
from app.cursors import window
from app.paging import Mql, Order, Page, PageRequest, Window, page_of
from app.profiles.read_repository import DocumentReader
from app.profiles.stored import load_fold
from app.segments.compile import compile_condition
from app.segments.evaluate import Subject, evaluate
from app.segments.finding_repository import Finder
from app.segments.model import All, Among, Condition, Listed
from app.segments.resolve import (
    FEW,
    NOBODY,
    asks_for_content,
    cells,
    elsewhere,
    large_sets,
    relaxed,
    required,
    undecided,
)
from app.storage.client import Document

Belonging: TypeAlias = Callable[[list[Document]], Awaitable[list[Document]]]
"""Those of some documents for whom a condition holds."""

WALKED = 500
"""Ids from which on pages in their order are read by walking them, not by naming them all."""

_PART = 5000
"""Ids that are counted by one command."""


def few_in(order: Order) -> int:
    """How many ids a filter names at most for a list in this order."""
    return WALKED if order[0].path == "_id" else FEW


class Members:
    """The members of one kind."""

    def __init__(self, reader: DocumentReader, kind: ProfileKind, finder: Finder) -> None:
        self._reader = reader
        self._kind = kind
        self._finder = finder

    async def page(
        self,
        condition: Condition,
        also: Mql,
        order: Order,
        request: PageRequest,
        catalogue: Catalogue,
    ) -> Page:
        """A page of those for whom the condition holds and who match ``also``."""
        few = few_in(order)
        query = {"$and": [also, self._compiled(relaxed(condition, few))]}
        belonging = self._belonging(undecided(condition, few), catalogue)
        if order[0].path == "_id" and (ids := required(condition, few)):
            return await self._page_by_id(query, order, request, belonging, ids)
        return await self._reader.page_of_those(query, order, request, belonging)

    async def _page_by_id(
        self,
        query: Mql,
        order: Order,
        request: PageRequest,
        belonging: Belonging,
        ids: frozenset[str],
    ) -> Page:
        """A page of some of these ids: only those that come next are looked at."""
        asked = window(request, order)
        found: list[Document] = []
        for part in _next(ids, order, asked):
            documents = await self._reader.those({"$and": [query, {"_id": {"$in": part}}]})
            found += await belonging([documents[one] for one in part if one in documents])
            if len(found) > asked.limit:
                break
        return page_of(found[: asked.limit + 1], asked)

    async def count(self, condition: Condition, also: Mql) -> int:
        """How many they are: by whoever is in no large set, and the others apart."""
        found = _the_found(condition)
        if found is not None and not also:
            hidden = await self._reader.hidden()
            if hidden is not None:
                return len(found) - sum(one in found for one in hidden)
        outside, others = cells(condition, FEW)
        total = 0 if outside == NOBODY else await self._count(outside, also)
        for ids, inside, instead in others:
            if inside != instead:
                total += await self._among(ids, inside, also)
                total -= await self._among(ids, instead, also)
        return total

    async def few(self, condition: Condition, limit: int) -> list[str] | None:
        """Their ids, if there are no more than so many."""
        if large_sets(condition, FEW):
            return None
        found = await self._reader.ids(self._compiled(condition), limit=limit + 1)
        return found if len(found) <= limit else None

    async def ids(self, condition: Condition) -> set[str]:
        """All of them; found in the same parts."""
        outside, others = cells(condition, FEW)
        found = set() if outside == NOBODY else set(await self._ids(outside))
        for ids, inside, instead in others:
            if inside == instead:
                continue
            found.difference_update(ids)
            for part in _parts(ids if inside != NOBODY else ()):
                found.update(await self._ids(All((Among(frozenset(part)), inside))))
        return found

    async def _ids(self, condition: Condition) -> list[str]:
        return await self._reader.ids(self._compiled(condition))

    async def _among(self, ids: Collection[str], condition: Condition, also: Mql) -> int:
        if condition == NOBODY:
            return 0
        total = 0
        for part in _parts(ids):
            total += await self._count(All((Among(frozenset(part)), condition)), also)
        return total

    async def _count(self, condition: Condition, also: Mql) -> int:
        compiled = self._compiled(condition)
        query = {"$and": [also, compiled]} if also else compiled
        with_content = bool(also) or asks_for_content(condition)
        return await self._reader.count(query, with_content=with_content)

    def _compiled(self, condition: Condition) -> Mql:
        return compile_condition(condition)

    def _belonging(self, condition: Condition, catalogue: Catalogue) -> Belonging:
        lists = {repr(one): one for one in elsewhere(condition) if isinstance(one, Listed)}

        async def belonging(documents: list[Document]) -> list[Document]:
            rows = await self._finder.lists_of(documents, lists.values(), self._kind)
            return [one for one in documents if evaluate(condition, subject(one, rows))]

        def subject(document: Document, rows: Mapping[str, frozenset[str]]) -> Subject:
            own = rows.get(document["_id"], frozenset())
            fold = partial(load_fold, document, self._kind, catalogue)
            return Subject(document["_id"], fold, rows=own)

        return belonging


def _the_found(condition: Condition) -> frozenset[str] | None:
    """All for whom it holds, where that was found out."""
    while isinstance(condition, All) and len(condition.conditions) == 1:
        [condition] = condition.conditions
    return condition.ids if isinstance(condition, Among) and condition.found else None


def _next(ids: Collection[str], order: Order, asked: Window) -> Iterator[list[str]]:
    """The ids of a window from its own end on, in parts that grow while too few belong."""
    upward = (order[0].direction > 0) is not asked.backward
    ordered = sorted(ids, reverse=not upward)
    is_part = asked.after or asked.before
    within = iter([one for one in ordered if not is_part or _is_inside(one, order, asked)])
    size = asked.limit + 1
    while part := list(islice(within, size)):
        yield part
        size = min(4 * size, _PART)


def _is_inside(one: str, order: Order, asked: Window) -> bool:
    upward = order[0].direction > 0
    (after,), (before,) = asked.after or (None,), asked.before or (None,)
    behind = after is None or (one > after if upward else one < after)
    return behind and (before is None or (one < before if upward else one > before))


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    left = iter(sorted(ids))
    while part := list(islice(left, _PART)):
        yield part
