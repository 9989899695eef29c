"""How long a query may read: one limit for everything that it asks of the store.

Each command is told what is left of it (``maxTimeMS``), so that the server stops working too.
What writes has no limit: it must not end halfway. PyMongo's own ``timeout`` would look for an
absent server as long as the limit lasts, and close the connection of each command that it ends.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

import pymongo
from pymongo.errors import ExecutionTimeout

from app.errors import QueryTimeoutError

T = TypeVar("T")

_INDEX_SECONDS = 3600

_TIME_IS_OVER = 50
"""What servers call ``MaxTimeMSExpired``."""


@dataclass(frozen=True, slots=True)
class _Limit:
    seconds: float
    ends: float

    @property
    def left(self) -> float:
        return self.ends - monotonic()


_limit: ContextVar[_Limit | None] = ContextVar("limit", default=None)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """What is read in this block, and by the tasks that it starts, ends when the time is over."""
    before = _limit.set(_Limit(seconds, monotonic() + seconds))
    try:
        yield
    finally:
        _limit.reset(before)


async def in_time(reading: "asyncio.Future[T]") -> T:
    """What was read, or the error that says that the time was over; nothing is cancelled."""
    limit = _limit.get()
    if limit is None:
        return await asyncio.shield(reading)
    try:
        async with asyncio.timeout(limit.left):
            return await asyncio.shield(reading)
    except (TimeoutError, ExecutionTimeout) as over:
        raise QueryTimeoutError(f"{limit.seconds:g} s") from over


def milliseconds_left() -> int | None:
    """What a command may take; a command after the time is refused, as a server does it."""
    limit = _limit.get()
    if limit is None:
        return None
    left = int(limit.left * 1000)
    if left <= 0:  # to a server, 0 means that there is no limit
        raise ExecutionTimeout("operation exceeded time limit", _TIME_IS_OVER)
    return left


class LimitedDatabase:
    """A database of a server whose reads keep to the limit."""

    def __init__(self, database: Any) -> None:  # the driver's, by the protocol
        self.name = database.name
        self.client = database.client
        self.command = database.command
        self._database = database

    def __getitem__(self, name: str) -> "LimitedCollection":
        return LimitedCollection(self._database[name])


class LimitedCollection:
    """A collection of a server: commands that read are told how long they may take."""

    def __init__(self, collection: Any) -> None:  # the driver's, by the protocol
        self._collection = collection
        self._naive = collection.with_options(
            codec_options=collection.codec_options.with_options(tz_aware=False, tzinfo=None)
        )

    def __getattr__(self, name: str) -> Any:  # all that writes
        return getattr(self._collection, name)

    async def create_index(self, *arguments: Any, **options: Any) -> Any:  # as the driver has it
        """Of a large collection it takes longer than any other command may.

        Here PyMongo's ``timeout`` is right: nobody waits for an answer, and an absent server may
        come back.
        """
        with pymongo.timeout(_INDEX_SECONDS):
            return await self._collection.create_index(*arguments, **options)

    def find(self, *arguments: Any, naive_times: bool = False, **options: Any) -> Any:
        """As the driver has it; the times are those of UTC also where they do not say so."""
        collection = self._naive if naive_times else self._collection
        return collection.find(*arguments, **options, max_time_ms=milliseconds_left())

    async def find_one(self, *arguments: Any, **options: Any) -> Any:  # as the driver has it
        return await self._collection.find_one(
            *arguments, **options, max_time_ms=milliseconds_left()
        )

    async def count_documents(self, *arguments: Any, **options: Any) -> Any:  # as the driver has it
        return await self._collection.count_documents(*arguments, **options, **_option())

    async def aggregate(self, *arguments: Any, **options: Any) -> Any:  # as the driver has it
        return await self._collection.aggregate(*arguments, **options, **_option())


def _option() -> dict[str, int]:
    left = milliseconds_left()
    return {} if left is None else {"maxTimeMS": left}
