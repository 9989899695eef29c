"""Pages of long lists by keyset: a cursor holds the place of an item, not its number. Pure.

So a page costs the same wherever it is, and items that appear or go meanwhile move nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple, TypeAlias

Mql: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[Any, ...]
"""The values of an item by which it is sorted; None where it has none."""


class Sort(NamedTuple):
    """A path to sort by.

    ``least`` is the smallest value of its type where documents may lack one; those come last,
    whatever the direction. Without it every document has a value.
    """

    path: str
    direction: int
    least: Any = None


Order: TypeAlias = tuple[Sort, ...]
"""Together the paths are unique, so that every item has its place."""

MAX_PAGE = 200
"""Items of a page at most: what a client shows at once, and the server answers in milliseconds."""

DEFAULT_PAGE = 50


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


NO_ITEMS = Page((), has_next=False, has_previous=False)


def key_of(item: dict[str, Any], order: Order) -> Key:
    """The place of an item in a list of this order."""
    return tuple(_at(item, one.path) for one in order)


def _at(item: Any, path: str) -> Any:  # noqa: ANN401  # of whatever type the attribute has
    for key in path.split("."):
        item = item.get(key) if isinstance(item, dict) else None
    return item


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a list whose items have, and lack, values of the same paths.

    Sorting by what all of them have lets an index answer, and puts those that lack it last.
    """

    order: Order
    has: tuple[bool, ...]

    @property
    def filter(self) -> Mql:
        """What belongs to this stretch."""
        return {
            one.path: {"$gte": one.least} if has else None
            for one, has in zip(self.order, self.has, strict=True)
            if one.least is not None
        }

    @property
    def sorted_by(self) -> Order:
        """The paths that still tell its items apart."""
        return tuple(one for one, has in zip(self.order, self.has, strict=True) if has)

    def beyond(self, key: Key, *, forward: bool) -> Mql:
        """The filter for items of this stretch behind (or before) one of its places."""
        places = [value for value in key if value is not None]
        (path, direction, _), *rest = self.sorted_by
        step = "$gt" if (direction > 0) is forward else "$lt"
        if not rest:
            return {path: {step: places[0]}}
        # One range for an index to walk; with an `$or` some planners walk two, and sort.
        farther = Phase(tuple(rest), (True,) * len(rest)).beyond(tuple(places[1:]), forward=forward)
        return {path: {f"{step}e": places[0]}, "$nor": [{path: places[0], "$nor": [farther]}]}


def phases(order: Order) -> list[Phase]:
    """The stretches of a list, in its order."""
    choices = [(True,) if one.least is None else (True, False) for one in order]
    return [Phase(order, has) for has in product(*choices)]


def phase_of(key: Key) -> tuple[bool, ...]:
    """Which values an item at this place has."""
    return tuple(value is not None for value in key)


def matching(query: Mapping[str, Any], phase: Phase, asked: Window) -> Mql:
    """The filter for what a query finds of this stretch inside the window."""
    places = [
        phase.beyond(key, forward=forward)
        for key, forward in ((asked.after, True), (asked.before, False))
        if key is not None and phase_of(key) == phase.has
    ]
    return {"$and": [dict(query), *filter(None, [phase.filter]), *places]}


def directed(phase: Phase, asked: Window) -> dict[str, int]:
    """The sort that reads the window from its own end."""
    way = -1 if asked.backward else 1
    return {one.path: one.direction * way for one in phase.sorted_by}


def page_of(found: Sequence[dict[str, Any]], asked: Window) -> Page:
    """The page of what was found, one item more than asked for: it tells of a next page."""
    more, items = len(found) > asked.limit, found[: asked.limit]
    if asked.backward:
        return Page(items[::-1], asked.before is not None, more)
    return Page(items, more, asked.after is not None)


def stretches(order: Order, asked: Window) -> list[Phase]:
    """Those between the places that are asked for, in the direction of reading."""
    found = phases(order)
    has = [one.has for one in found]
    start = has.index(phase_of(asked.after)) if asked.after else 0
    end = has.index(phase_of(asked.before)) if asked.before else len(found) - 1
    between = found[start : end + 1]
    return between[::-1] if asked.backward else between
