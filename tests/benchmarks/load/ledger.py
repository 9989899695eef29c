"""Fills the ledger of a database of people with what they did; goes on where it was ended.

Documents come first and indexes last: an index makes storing dearer, and to build it once is cheap.
Which indexes there were is written down before they are dropped.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from pymongo.errors import BulkWriteError

from app.events.repository import Batch
from app.storage.client import Database, Document
from app.storage.faults import duplicates
from tests.benchmarks.load.journeys import LANE, Ledger
from tests.benchmarks.load.people import Shares

CHUNK = 1000
"""People at a time."""

SESSIONS = 1.1794
"""Of a person, on average, by the shares that people are drawn from."""

_MARK = {"_id": "events"}


async def fill_ledger(
    database: Database, shares: Shares, *, people: int, events: int, now: datetime
) -> AsyncIterator[tuple[str, int]]:
    """Store about so many events of so many people; what it does, and how many people are done."""
    mark = await _begin(database, people)
    if mark["indexed"]:
        return
    settings = await database["settings"].find_one({"_id": "attributes"})
    catalogue = settings["version"] if settings else 0
    waiting: asyncio.Task[None] | None = None
    for first in range(mark["people"], people, CHUNK):
        numbers = range(first, min(first + CHUNK, people))
        batch = Batch(LANE, first // CHUNK, catalogue)
        ledger = Ledger(shares, batch, now, mean=events / people / SESSIONS)
        documents = [one for number in numbers for one in ledger.documents_of(number)]
        if waiting:
            await waiting
        waiting = asyncio.create_task(_store(database, documents, numbers.stop))
        yield "Storing events", numbers.stop
        await asyncio.sleep(0)  # let it be sent before the next are made
    if waiting:
        await waiting
    for index in mark["indexes"]:
        yield f"Indexing events by {index['name']}", people
        options = {name: one for name, one in index.items() if name not in ("name", "key")}
        keys = [(field, direction) for field, direction in index["key"]]
        await database["events"].create_index(keys, name=index["name"], **options)
    await database["load"].update_one(_MARK, {"$set": {"indexed": True}})


async def _begin(database: Database, people: int) -> Document:
    """How far it is; as long as documents are stored there are no indexes."""
    found = await database["events"].index_information()
    standing = [
        {"name": name, **{key: value for key, value in one.items() if key not in ("v", "ns")}}
        for name, one in found.items()
        if name != "_id_"
    ]
    begun: Document = {"people": 0, "indexed": False, "indexes": standing}
    mark = await database["load"].find_one_and_update(
        _MARK, {"$setOnInsert": begun}, upsert=True, return_document=True
    )
    assert mark is not None
    if mark["people"] < people:
        for index in standing:
            await database["events"].drop_index(index["name"])
    return mark


async def _store(database: Database, documents: Sequence[Any], people: int) -> None:
    try:
        await database["events"].insert_many(documents, ordered=False)
    except BulkWriteError as error:
        duplicates(error)  # those of a chunk that was ended half-way; raises whatever else it was
    await database["load"].update_one(_MARK, {"$set": {"people": people}})
