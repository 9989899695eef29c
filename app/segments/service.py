"""Use cases of finding: lists of profiles and accounts by filter, search and order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.attributes.model import ProfileKind
from app.attributes.service import AttributeService
from app.attributes.terms import words
from app.paging import Mql, Order, Page, PageRequest
from app.patterns import beginning
from app.profiles.read_repository import DocumentReader
from app.segments.check import Frame, check_filter
from app.segments.compile import compile_condition
from app.segments.model import All
from app.segments.order import OrderBy, order_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for."""

    kind: ProfileKind
    filter: Mapping[str, Any] | None = None
    search: str | None = None
    order_by: Sequence[OrderBy] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A page, and the order it is in."""

    page: Page
    order: Order


class ListService:
    """Lists profiles and accounts."""

    def __init__(
        self, *, readers: Mapping[ProfileKind, DocumentReader], attributes: AttributeService
    ) -> None:
        self._readers = readers
        self._attributes = attributes

    async def page(self, asked: Asked, request: PageRequest, *, now: datetime) -> Listed:
        """A page of what is asked for."""
        order, query, parts = await self._read(asked, now)
        is_first = request.after is None and request.before is None
        page = await self._readers[asked.kind].page(
            query, order, request, may_match_many=_may_match_many(parts, is_first=is_first)
        )
        return Listed(page, order)

    async def count(self, asked: Asked, *, now: datetime) -> int:
        """How many there are in the whole list."""
        _, query, _ = await self._read(asked, now)
        return await self._readers[asked.kind].count(query)

    async def pages_of_accounts(
        self, accounts: Sequence[str], asked: Asked, request: PageRequest, *, now: datetime
    ) -> list[Listed]:
        """The same page of the users of each of these accounts."""
        order, query, _ = await self._read(asked, now)
        of_each = [_members(account, query) for account in accounts]
        pages = await self._readers[asked.kind].pages(of_each, order, request)
        return [Listed(page, order) for page in pages]

    async def counts_of_accounts(
        self, accounts: Sequence[str], asked: Asked, *, now: datetime
    ) -> list[int]:
        """How many users of each of these accounts there are."""
        _, query, _ = await self._read(asked, now)
        of_each = [_members(account, query) for account in accounts]
        return await self._readers[asked.kind].counts(of_each)

    async def _read(self, asked: Asked, now: datetime) -> tuple[Order, Mql, list[Mql]]:
        """The order, the query, and the parts that it is joined of."""
        catalogue = await self._attributes.recent(now=now)
        order = order_of(asked.order_by, asked.kind, catalogue)
        parts = list(_parts(asked, Frame(asked.kind, catalogue, now)))
        return order, {"$and": parts} if parts else {}, parts


def _parts(asked: Asked, frame: Frame) -> Iterator[Mql]:
    for word in words(asked.search or ""):
        yield _searched(word)
    if asked.filter is not None:
        condition = check_filter(asked.filter, frame)
        each = condition.conditions if isinstance(condition, All) else (condition,)
        for one in each:
            yield compile_condition(one, asked.kind)


def _may_match_many(parts: Sequence[Mql], *, is_first: bool) -> bool:
    """Whether it is worth to count; an index has the ids of one value in their order."""
    if is_first and len(parts) == 1 and "terms" not in parts[0]:
        return False
    return bool(parts) and all(map(_is_indexed, parts))


def _is_indexed(part: Mql) -> bool:
    """Words and equalities: counting a few of them is a short walk in indexes."""
    [(path, operand)] = part.items()
    return path == "terms" or (isinstance(operand, dict) and operand.keys() == {"$in"})


def _members(account: str, query: Mql) -> Mql:
    return {"accounts": account, **query}


def _searched(word: str) -> Mql:
    """Found by how it begins, which an index on the terms answers."""
    return {"terms": {"$regex": beginning(word)}}
