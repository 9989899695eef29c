"""A database whose processes are slow, stop, or sleep through their leases. Deterministic by seed.

Every command waits a random number of turns, and what touches several documents is done one
document at a time, since a server promises no more. Production code is not aware of it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from pymongo.errors import BulkWriteError

from tests.living import Clock

LONG = 60.0
"""Seconds that a sleeping process misses; leases are shorter."""


class Killed(BaseException):  # no error: SIGKILL
    """The process is gone, in the middle of whatever it did."""


class Process:
    """What may happen to one process at each of its steps."""

    def __init__(self, random: Random, clock: Clock, *, kill: float, sleep: float) -> None:
        self.random = random
        self.clock = clock
        self.kill = kill
        self.sleep = sleep
        self.killed = False
        self.slept = 0
        self.tick = 20

    async def step(self) -> None:
        """The time between two commands."""
        self.clock.advance(milliseconds=self.random.randrange(self.tick))
        for _ in range(self.random.randrange(4)):
            await asyncio.sleep(0)
        if self.random.random() < self.sleep:
            await self._oversleep()
        self.killed = self.killed or self.random.random() < self.kill
        if self.killed:
            raise Killed

    async def _oversleep(self) -> None:
        self.slept += 1
        self.clock.advance(seconds=LONG)
        for _ in range(self.random.randrange(400)):
            await asyncio.sleep(0)


class FaultyDatabase:
    """A database as one process sees it."""

    def __init__(self, database: Any, process: Process) -> None:
        self._database = database
        self._process = process
        self.name = database.name
        self.client = database.client

    def __getitem__(self, name: str) -> "FaultyCollection":
        return FaultyCollection(self._database[name], self._process)


class FaultyCollection:
    """Commands with a step before each, and between the documents of one."""

    def __init__(self, collection: Any, process: Process) -> None:
        self._collection = collection
        self._process = process

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def command(*arguments: Any, **options: Any) -> Any:
            await self._process.step()
            return await getattr(self._collection, name)(*arguments, **options)

        return command

    def find(self, *arguments: Any, **options: Any) -> "FaultyCursor":
        return FaultyCursor(self._collection.find(*arguments, **options), self._process)

    async def insert_many(self, documents: list[Any], *, ordered: bool) -> None:
        assert not ordered
        await self._each([[one] for one in documents], self._insert)

    async def bulk_write(self, requests: list[Any], *, ordered: bool) -> None:
        assert not ordered
        await self._each([[one] for one in requests], self._write)

    async def update_many(self, condition: Any, update: Any) -> Any:
        found = await self._collection.find(condition, {"_id": 1}).to_list()
        result = await self._collection.update_many({"_id": None}, {"$set": {"x": 1}})
        modified = 0
        for one in found:
            await self._process.step()
            result = await self._collection.update_one({**condition, "_id": one["_id"]}, update)
            modified += result.modified_count
        return Modified(modified)

    async def delete_many(self, condition: Any) -> None:
        for one in await self._collection.find(condition, {"_id": 1}).to_list():
            await self._process.step()
            await self._collection.delete_one({**condition, "_id": one["_id"]})

    async def _insert(self, part: list[Any]) -> None:
        await self._collection.insert_many(part, ordered=False)

    async def _write(self, part: list[Any]) -> None:
        await self._collection.bulk_write(part, ordered=False)

    async def _each(
        self, parts: list[list[Any]], do: Callable[[list[Any]], Awaitable[None]]
    ) -> None:
        errors: list[Any] = []
        order = list(range(len(parts)))
        self._process.random.shuffle(order)
        for index in order:
            await self._process.step()
            try:
                await do(parts[index])
            except BulkWriteError as error:
                errors += [{**one, "index": index} for one in error.details["writeErrors"]]
        if errors:
            raise BulkWriteError({"writeErrors": errors})


class Modified:
    """What is asked of the result of an update."""

    def __init__(self, modified_count: int) -> None:
        self.modified_count = modified_count


class FaultyCursor:
    """A cursor with a step before it opens."""

    def __init__(self, cursor: Any, process: Process) -> None:
        self._cursor = cursor
        self._process = process

    async def to_list(self) -> Any:
        await self._process.step()
        return await self._cursor.to_list()

    async def __aiter__(self) -> Any:
        await self._process.step()
        async for one in self._cursor:
            yield one
