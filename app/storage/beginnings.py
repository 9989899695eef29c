"""Finding documents by what a string begins with. Pure."""

from collections.abc import Iterable, Iterator

from app.storage.client import Document

_STRETCH = 100
"""Conditions of one query."""

_LAST = "\U0010ffff"


def begins_with(field: str, beginnings: Iterable[str]) -> Iterator[Document]:
    """Filters which together find what begins with one of these; some of it maybe twice."""
    spans = [{field: {"$gte": one, "$lt": one + _LAST}} for one in sorted(set(beginnings))]
    for start in range(0, len(spans), _STRETCH):
        yield {"$or": spans[start : start + _STRETCH]}
