"""Use cases of finding: lists of profiles and accounts by filter, search and order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.attributes.model import ProfileKind
from app.attributes.service import AttributeService
from app.attributes.terms import words
from app.paging import Order, Page, PageRequest
from app.profiles.compile import Mql
from app.profiles.read_repository import DocumentReader
from app.segments.check import Frame, check_filter
from app.segments.compile import compile_condition
from app.segments.order import OrderBy, order_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for; ``account`` bounds it to the users of that account."""

    kind: ProfileKind
    filter: Mapping[str, Any] | None = None
    search: str | None = None
    order_by: Sequence[OrderBy] = ()
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page, the order it is in, and the query that counts the whole list."""

    page: Page
    order: Order
    query: Mql


class ListService:
    """Lists profiles and accounts."""

    def __init__(
        self, *, readers: Mapping[ProfileKind, DocumentReader], attributes: AttributeService
    ) -> None:
        self._readers = readers
        self._attributes = attributes

    async def page(self, asked: Asked, request: PageRequest, *, now: datetime) -> Listed:
        """A page of what is asked for."""
        catalogue = await self._attributes.recent(now=now)
        frame = Frame(asked.kind, catalogue, now)
        order = order_of(asked.order_by, asked.kind, catalogue)
        query = _query(asked, frame)
        page = await self._readers[asked.kind].page(query, order, request)
        return Listed(page, order, query)

    async def count(self, asked: Asked, listed: Listed) -> int:
        """How many there are in the whole list."""
        return await self._readers[asked.kind].count(listed.query)


def _query(asked: Asked, frame: Frame) -> Mql:
    parts: list[Mql] = [_searched(word) for word in words(asked.search or "")]
    if asked.account is not None:
        parts.append({"accounts": asked.account})
    if asked.filter is not None:
        parts.append(compile_condition(check_filter(asked.filter, frame), asked.kind))
    return {"$and": parts} if parts else {}


def _searched(word: str) -> Mql:
    """Found by how it begins, which an index on the terms answers."""
    return {"terms": {"$regex": f"^{re.escape(word)}"}}
