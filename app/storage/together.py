"""Many questions to one collection as one command.

Each row of a page has a list of its own, with its own limit. ``$unionWith`` runs the pipelines
one by one, so each walks its own range of an index and stops where its limit is.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from app.storage.client import Collection, Document, Pipeline

_NUMBER = "pipeline"
"""The field that says which pipeline a document comes from; no document of ours has it."""

_ALL = 1_000_000
"""More documents than any batch holds: a server sends 16 MB at a time, and seldom needs two."""


async def run_together(
    collection: Collection, pipelines: Sequence[Pipeline]
) -> list[list[Document]]:
    """The documents of every pipeline, in its order."""
    found: list[list[Document]] = [[] for _ in pipelines]
    if not pipelines:
        return found
    numbered = [
        [*pipeline, {"$addFields": {_NUMBER: number}}] for number, pipeline in enumerate(pipelines)
    ]
    async for document in await collection.aggregate(
        _union(collection.name, numbered), batchSize=_ALL
    ):
        found[document.pop(_NUMBER)].append(document)
    return found


async def count_together(collection: Collection, conditions: Iterable[dict[str, Any]]) -> list[int]:
    """How many documents match each condition."""
    pipelines: list[Pipeline] = [[{"$match": one}, {"$count": "count"}] for one in conditions]
    counted = await run_together(collection, pipelines)
    return [one[0]["count"] if one else 0 for one in counted]


def _union(collection: str, pipelines: Sequence[list[Any]]) -> list[Any]:
    """One pipeline of all, in halves: planners take a long chain apart in quadratic time."""
    if len(pipelines) == 1:
        return pipelines[0]
    half = len(pipelines) // 2
    left, right = (_union(collection, part) for part in (pipelines[:half], pipelines[half:]))
    return [*left, {"$unionWith": {"coll": collection, "pipeline": right}}]
