"""Pages of many lists of one collection, read as one command."""

from collections.abc import Iterable
from typing import Any

from app.cursors import window
from app.paging import Order, Page, PageRequest, directed, matching, page_of, phases
from app.storage.client import Collection, Pipeline
from app.storage.together import run_together


async def read_pages(
    collection: Collection, queries: Iterable[dict[str, Any]], order: Order, request: PageRequest
) -> list[Page]:
    """The same page of what each query finds; everything has a value to be sorted by."""
    asked, [phase] = window(request, order), phases(order)
    pipelines: list[Pipeline] = [
        [
            {"$match": matching(query, phase, asked)},
            {"$sort": directed(phase, asked)},
            {"$limit": asked.limit + 1},
        ]
        for query in queries
    ]
    return [page_of(found, asked) for found in await run_together(collection, pipelines)]
