"""Pages of many lists of one collection, read as one command."""

from collections.abc import Iterable
from typing import Any

from app.cursors import window
from app.paging import (
    Order,
    Page,
    PageRequest,
    Phase,
    Window,
    directed,
    matching,
    page_of,
    stretches,
)
from app.storage.client import Collection, Document, Pipeline
from app.storage.together import run_together


async def read_pages(
    collection: Collection, queries: Iterable[dict[str, Any]], order: Order, request: PageRequest
) -> list[Page]:
    """The same page of what each query finds; one command for each stretch that they touch."""
    asked, wanted = window(request, order), list(queries)
    found: list[list[Document]] = [[] for _ in wanted]
    for phase in stretches(order, asked):
        short = [i for i, one in enumerate(found) if len(one) <= asked.limit]
        pipelines = [_pipeline(wanted[i], phase, asked, len(found[i])) for i in short]
        for i, more in zip(short, await run_together(collection, pipelines), strict=True):
            found[i] += more
    return [page_of(one, asked) for one in found]


def _pipeline(query: dict[str, Any], phase: Phase, asked: Window, known: int) -> Pipeline:
    return [
        {"$match": matching(query, phase, asked)},
        {"$sort": directed(phase, asked)},
        {"$limit": asked.limit + 1 - known},
    ]
