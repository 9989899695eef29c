"""Use cases of finding: lists of profiles and accounts by filter, search and order."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.attributes.catalogue import Catalogue
from app.attributes.model import ProfileKind
from app.attributes.service import AttributeService
from app.attributes.terms import words
from app.cursors import window
from app.paging import NO_ITEMS, Mql, Order, Page, PageRequest
from app.patterns import beginning
from app.profiles.read_repository import DocumentReader
from app.segments.compile import compile_condition
from app.segments.finding_repository import Finder
from app.segments.members import Members, few_in
from app.segments.model import All, Among, Condition
from app.segments.order import OrderBy, order_of
from app.segments.resolve import elsewhere, needs_looking
from app.segments.resolving import Question, Resolver


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for; ``segment``: the global id of the one that all belong to.

    ``path``: where in the input the filter stands. ``only``: the only ids that are of interest.
    """

    kind: ProfileKind
    filter: Mapping[str, Any] | None = None
    search: str | None = None
    order_by: Sequence[OrderBy] = ()
    segment: str | None = None
    path: tuple[str, ...] = ("filter",)
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page, the order it is in, and how to count its whole list: by what was found for it."""

    page: Page
    order: Order
    count: Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was asked, as the database is asked it."""

    order: Order
    searched: list[Mql]
    condition: Condition
    catalogue: Catalogue


class ListService:
    """Lists profiles and accounts."""

    def __init__(
        self,
        *,
        readers: Mapping[ProfileKind, DocumentReader],
        attributes: AttributeService,
        resolver: Resolver,
        finder: Finder,
    ) -> None:
        self._readers = readers
        self._attributes = attributes
        self._resolver = resolver
        self._members = {kind: Members(reader, kind, finder) for kind, reader in readers.items()}

    async def page(
        self,
        asked: Asked,
        request: PageRequest,
        *,
        now: datetime,
        fields: Iterable[str] | None = None,
    ) -> Listed:
        """A page of what is asked for; of the documents, all or at least these fields."""
        read = await self._read(asked, now, but_long_lists=True)
        page = await self._page(read, asked.kind, request, fields)
        return Listed(page, read.order, lambda: self._count(read, asked.kind))

    async def counted(self, asked: Asked, request: PageRequest, *, now: datetime) -> Listed:
        """The same without items, where nobody looks at the page."""
        read = await self._read(asked, now, but_long_lists=True)
        window(request, read.order)  # as wrong as it is with items
        return Listed(NO_ITEMS, read.order, lambda: self._count(read, asked.kind))

    async def _page(
        self,
        read: _Reading,
        kind: ProfileKind,
        request: PageRequest,
        fields: Iterable[str] | None,
    ) -> Page:
        if needs_looking(read.condition, few_in(read.order)):
            return await self._members[kind].page(
                read.condition, _joined(read.searched), read.order, request, read.catalogue
            )
        parts = [*read.searched, *_parts(read.condition)]
        is_first = request.after is None and request.before is None
        many = _may_match_many(parts, is_first=is_first)
        return await self._readers[kind].page(
            _joined(parts), read.order, request, may_match_many=many, fields=fields
        )

    async def count(self, asked: Asked, *, now: datetime) -> int:
        """How many there are in the whole list."""
        return await self._count(await self._read(asked, now), asked.kind)

    async def ids(self, asked: Asked, *, now: datetime) -> set[str]:
        """All ids of the whole list, searched words and order aside."""
        read = await self._read(asked, now)
        return await self._members[asked.kind].ids(read.condition)

    async def _count(self, read: _Reading, kind: ProfileKind) -> int:
        condition = await self._resolver.resolved(read.condition, kind)  # long lists are left
        return await self._members[kind].count(condition, _joined(read.searched))

    async def pages_of_accounts(
        self,
        accounts: Sequence[str],
        asked: Asked,
        request: PageRequest,
        *,
        now: datetime,
        fields: Iterable[str] | None = None,
    ) -> list[tuple[Page, Order]]:
        """The same page of the users of each of these accounts, with its order; fields as above."""
        order, of_each = await self._of_accounts(accounts, asked, now)
        pages = await self._readers[asked.kind].pages(of_each, order, request, fields)
        return [(page, order) for page in pages]

    async def counts_of_accounts(
        self, accounts: Sequence[str], asked: Asked, *, now: datetime
    ) -> list[int]:
        """How many users of each of these accounts there are."""
        _, of_each = await self._of_accounts(accounts, asked, now)
        return await self._readers[asked.kind].counts(of_each)

    async def _of_accounts(
        self, accounts: Sequence[str], asked: Asked, now: datetime
    ) -> tuple[Order, list[Mql]]:
        """The order, and what finds the users of each account: these alone are looked at."""

        async def users() -> list[str]:
            return await self._readers[asked.kind].ids({"accounts": {"$in": list(accounts)}})

        read = await self._read(asked, now, users)
        query = _joined([*read.searched, *_parts(read.condition)])
        return read.order, [_users(account, query) for account in accounts]

    async def _read(
        self,
        asked: Asked,
        now: datetime,
        among: Callable[[], Awaitable[list[str]]] | None = None,
        *,
        but_long_lists: bool = False,
    ) -> _Reading:
        catalogue = await self._attributes.recent(now=now)
        order = order_of(asked.order_by, asked.kind, catalogue)
        question = Question(asked.kind, asked.filter, asked.segment, asked.path)
        condition = await self._resolver.condition(question, now)
        of_interest = await among() if among and any(elsewhere(condition)) else None
        found = await self._resolver.resolved(
            condition, asked.kind, of_interest, but_long_lists=but_long_lists
        )
        if asked.only is not None:
            found = All((Among(asked.only), *_each(found)))
        searched = [_searched(word) for word in words(asked.search or "")]
        return _Reading(order, searched, found, catalogue)


def _parts(condition: Condition) -> list[Mql]:
    """One part for each condition that has to hold."""
    return [compile_condition(one) for one in _each(condition)]


def _each(condition: Condition) -> tuple[Condition, ...]:
    return condition.conditions if isinstance(condition, All) else (condition,)


def _joined(parts: list[Mql]) -> Mql:
    return {"$and": parts} if parts else {}


def _may_match_many(parts: Sequence[Mql], *, is_first: bool) -> bool:
    """Whether it is worth to count; an index has the ids of one value in their order."""
    if is_first and len(parts) == 1 and "terms" not in parts[0]:
        return False
    return bool(parts) and all(map(_is_indexed, parts))


def _is_indexed(part: Mql) -> bool:
    """Words and equalities: counting a few of them is a short walk in indexes."""
    [(path, operand)] = part.items()
    return path == "terms" or (isinstance(operand, dict) and operand.keys() == {"$in"})


def _users(account: str, query: Mql) -> Mql:
    return {"accounts": account, **query}


def _searched(word: str) -> Mql:
    """Found by how it begins, which an index on the terms answers."""
    return {"terms": {"$regex": beginning(word)}}
