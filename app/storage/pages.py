"""Pages of many lists of one collection, read as one command."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

from app.cursors import window
from app.paging import (
    Order,
    Page,
    PageRequest,
    Phase,
    Window,
    directed,
    key_of,
    matching,
    page_of,
    stretches,
)
from app.storage.client import Collection, Document, Pipeline
from app.storage.together import run_together

_LARGEST_PART = 4000
"""Documents that are read at a time, when most of them are not kept."""


async def read_pages(
    collection: Collection,
    queries: Iterable[dict[str, Any]],
    order: Order,
    request: PageRequest,
    projection: dict[str, int] | None = None,
) -> list[Page]:
    """The same page of what each query finds; one command for each stretch that they touch.

    ``projection``: what of the documents is read, at least what they are sorted by.
    """
    shown = [{"$project": projection}] if projection else []
    asked, wanted = window(request, order), list(queries)
    found: list[list[Document]] = [[] for _ in wanted]
    for phase in stretches(order, asked):
        short = [i for i, one in enumerate(found) if len(one) <= asked.limit]
        pipelines = [[*_pipeline(wanted[i], phase, asked, len(found[i])), *shown] for i in short]
        for i, more in zip(short, await run_together(collection, pipelines), strict=True):
            found[i] += more
    return [page_of(one, asked) for one in found]


async def sifted_page(
    collection: Collection,
    query: dict[str, Any],
    order: Order,
    request: PageRequest,
    keep: Callable[[list[Document]], Awaitable[list[Document]]],
) -> Page:
    """A page of what ``keep`` leaves of what a query finds; read in parts that grow."""
    asked = window(request, order)
    found: list[Document] = []
    part = replace(asked, limit=asked.limit + 1)
    while len(found) <= asked.limit:
        documents = await _part(collection, query, order, part)
        found += await keep(documents)
        if len(documents) < part.limit:
            break
        place, limit = key_of(documents[-1], order), min(4 * part.limit, _LARGEST_PART)
        part = (
            replace(part, limit=limit, before=place)
            if asked.backward
            else replace(part, limit=limit, after=place)
        )
    return page_of(found[: asked.limit + 1], asked)


async def _part(
    collection: Collection, query: dict[str, Any], order: Order, asked: Window
) -> list[Document]:
    """Documents of a window, from its own end; one command for each stretch it touches."""
    found: list[Document] = []
    for phase in stretches(order, asked):
        if missing := asked.limit - len(found):
            documents = collection.find(
                matching(query, phase, asked),
                sort=list(directed(phase, asked).items()),
                limit=missing,
                batch_size=missing + 1,
            )
            found += await documents.to_list()
    return found


def _pipeline(query: dict[str, Any], phase: Phase, asked: Window, known: int) -> Pipeline:
    return [
        {"$match": matching(query, phase, asked)},
        {"$sort": directed(phase, asked)},
        {"$limit": asked.limit + 1 - known},
    ]
