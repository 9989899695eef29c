"""Pages of long lists by keyset: a cursor holds the place of an item, not its number. Pure.

So a page costs the same wherever it is, and items that appear or go meanwhile move nothing.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from app.errors import PageInvalidError

Key: TypeAlias = tuple[Any, ...]
Mql: TypeAlias = dict[str, Any]
Order: TypeAlias = tuple[tuple[str, int], ...]
"""Paths and directions; together they are unique, so that every item has its place."""

MAX_PAGE = 200
"""Items of a page at most: what a client shows at once, and the server answers in milliseconds."""

DEFAULT_PAGE = 50

_MAX_CURSOR = 2048
"""Characters: ids have up to 256, each of four bytes, and the cursor is written in base 64."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The four arguments of a Relay connection."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """What to read: ``limit`` items after one place or before another, maybe from the end."""

    limit: int
    after: Key | None = None
    before: Key | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The items of a page in list order, and whether there are more on either side."""

    items: Sequence[dict[str, Any]]
    has_next: bool
    has_previous: bool


def window(request: PageRequest, order: Order) -> Window:
    """The window that a request asks for, or the error that says which argument is wrong."""
    if request.first is not None and request.last is not None:
        raise PageInvalidError("first", "ask for the first or for the last items, not for both")
    backward = request.last is not None
    limit = request.last if request.last is not None else request.first
    limit = DEFAULT_PAGE if limit is None else limit
    if not 0 <= limit <= MAX_PAGE:
        raise PageInvalidError("last" if backward else "first", f"a page has 0 to {MAX_PAGE} items")
    after = _decode("after", request.after, len(order))
    return Window(limit, after, _decode("before", request.before, len(order)), backward)


def cursor(item: dict[str, Any], order: Order) -> str:
    """The opaque place of an item in a list of this order."""
    packed = msgspec.msgpack.encode([_at(item, path) for path, _ in order])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _decode(argument: str, text: str | None, length: int) -> Key | None:
    if text is None:
        return None
    if len(text) > _MAX_CURSOR:
        raise PageInvalidError(argument, "it is no cursor of this list")
    try:
        key = msgspec.msgpack.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, msgspec.DecodeError, RecursionError) as unreadable:
        raise PageInvalidError(argument, "it is no cursor of this list") from unreadable
    plain = isinstance(key, list) and all(isinstance(one, str | datetime) for one in key)
    if not plain or len(key) != length:
        raise PageInvalidError(argument, "it is no cursor of this list")
    return tuple(key)


def _at(item: dict[str, Any], path: str) -> object:
    value: Any = item
    for key in path.split("."):
        value = value[key]
    return value


def matching(query: Mql, order: Order, asked: Window) -> Mql:
    """The filter for what a query finds inside the window."""
    places = [
        beyond(order, key, forward=forward)
        for key, forward in ((asked.after, True), (asked.before, False))
        if key is not None
    ]
    return {"$and": [query, *places]} if places else query


def directed(order: Order, asked: Window) -> dict[str, int]:
    """The sort that reads the window from its own end."""
    way = -1 if asked.backward else 1
    return {path: direction * way for path, direction in order}


def page_of(found: Sequence[dict[str, Any]], asked: Window) -> Page:
    """The page of what was found, one item more than asked for: it tells of a next page."""
    more, items = len(found) > asked.limit, found[: asked.limit]
    if asked.backward:
        return Page(items[::-1], asked.before is not None, more)
    return Page(items, more, asked.after is not None)


def beyond(order: Order, key: Key, *, forward: bool) -> Mql:
    """The filter for items behind (or before) a place.

    A range of the first path, which an index walks in order, and a few items left out at its
    end; alternatives under ``$or`` would be looked up one by one and sorted.
    """
    ways = [direction if forward else -direction for _, direction in order]
    (first, _), *_ = order
    if len(order) == 1:
        return {first: {_AFTER[ways[0]]: key[0]}}
    not_beyond = []
    for position, (path, _) in enumerate(order[1:], start=1):
        same = {earlier: key[i] for i, (earlier, _) in enumerate(order[:position])}
        is_last = position == len(order) - 1
        short_of = (_FROM if is_last else _AFTER)[-ways[position]]
        not_beyond.append({**same, path: {short_of: key[position]}})
    return {first: {_FROM[ways[0]]: key[0]}, "$nor": not_beyond}


_AFTER = {1: "$gt", -1: "$lt"}
_FROM = {1: "$gte", -1: "$lte"}
"""Operators by direction: beyond a value, and the same with the value itself."""
