"""Finding documents by what an id begins with. Pure."""

from collections.abc import Iterable, Iterator

from app.storage.client import Document

_WHOLE = 36
"""Characters of a UUID."""

_LAST = "\U0010ffff"


def begins_with(field: str, beginnings: Iterable[str]) -> Iterator[Document]:
    """Filters which together find what begins with one of these.

    One for all whole ids, and one for each other: stores read everything where spans are joined.
    """
    wanted = sorted(set(beginnings))
    if whole := [one for one in wanted if len(one) >= _WHOLE]:
        yield {field: {"$in": whole}}
    for one in wanted:
        if len(one) < _WHOLE:
            yield {field: {"$gte": one, "$lt": one + _LAST}}
