"""The named steps of the protocol, and a database that tells when a process is at one.

Whatever production code does to the world is a command to the database, sent by a method of a
repository. So the steps need no marks in that code: a step is named by the collection and by the
method that sends the command, ``lanes.commit``, ``profiles.absorb``. ``compose`` takes any
database, and this one asks an observer before and after each command.
"""

import sys
from collections.abc import AsyncIterator, Callable
from inspect import isawaitable
from types import FrameType
from typing import Any, Literal, Protocol, cast

from app.storage.client import Database

Moment = Literal["before", "after"]
Point = tuple[str, Moment]
"""Where a process can be stopped: before a step, or after it, when nobody knows of it yet."""


class Observer(Protocol):
    """Is told where a process is; may keep it there, or end it."""

    async def at(self, step: str, moment: Moment) -> None: ...


def observed(database: Database, observer: Observer) -> Database:
    """The database as a process sees it that is watched at every step."""
    return cast("Database", _Database(database, observer))


class _Database:
    def __init__(self, database: Any, observer: Observer) -> None:
        self._database = database
        self._observer = observer
        self.name = database.name
        self.client = database.client
        self.command = database.command

    def __getitem__(self, name: str) -> "_Collection":
        return _Collection(self._database[name], self._observer)


class _Collection:
    def __init__(self, collection: Any, observer: Observer) -> None:
        self._collection = collection
        self._observer = observer
        self.name = collection.name

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._collection, name)

        def command(*arguments: Any, **options: Any) -> Any:
            step = f"{self.name}.{_asking(sys._getframe(1))}"
            if name == "find":
                return _Cursor(method(*arguments, **options), step, self._observer)
            return _done(lambda: method(*arguments, **options), step, self._observer)

        return command


class _Cursor:
    """A cursor that is read as one step."""

    def __init__(self, cursor: Any, step: str, observer: Observer) -> None:
        self._cursor = cursor
        self._step = step
        self._observer = observer

    async def to_list(self, length: int | None = None) -> Any:
        return await _done(lambda: self._cursor.to_list(length), self._step, self._observer)

    async def __aiter__(self) -> AsyncIterator[Any]:
        await self._observer.at(self._step, "before")
        async for document in self._cursor:
            yield document
        await self._observer.at(self._step, "after")


async def _done(command: Callable[[], Any], step: str, observer: Observer) -> Any:
    await observer.at(step, "before")
    answer = command()
    result = await answer if isawaitable(answer) else answer
    await observer.at(step, "after")
    return result


def _asking(frame: FrameType) -> str:
    """The method of the repository that sends a command, maybe through others of its module."""
    module = frame.f_code.co_filename
    while frame.f_back and frame.f_back.f_code.co_filename == module:
        frame = frame.f_back
    return frame.f_code.co_qualname.split(".")[1].lstrip("_")
