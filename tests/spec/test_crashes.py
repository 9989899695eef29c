"""A process that is killed at any point: after the restart each event counts exactly once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from inspect import isawaitable
from typing import Any, cast

import pytest

from app.attributes.model import ProfileKind
from app.services import compose
from app.settings import Settings
from app.storage.client import Database
from tests.building import about
from tests.living import World, show

C1, U1 = "cookie_id:c1", "user_id:u1"


class KilledError(Exception):
    """The process is no more."""


@dataclass
class Life:
    """How many commands a process may still send before it is killed.

    ``done``: whether the last one still reaches the database, without an answer.
    """

    left: int
    done: bool

    async def spend(self, command: Any) -> Any:
        self.left -= 1
        if self.left > 0:
            return await command
        if self.left == 0 and self.done:
            await command
        else:
            command.close()
        raise KilledError


class MortalCollection:
    """A collection that a process uses as long as it lives."""

    def __init__(self, collection: Any, life: Life) -> None:
        self._collection = collection
        self._life = life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            started = method(*args, **kwargs)
            if isawaitable(started):
                return self._life.spend(started)
            return MortalCursor(started, self._life)

        return call


class MortalCursor:
    """A cursor that is read in one command."""

    def __init__(self, cursor: Any, life: Life) -> None:
        self._cursor = cursor
        self._life = life

    async def to_list(self) -> Any:
        return await self._life.spend(self._cursor.to_list())

    async def __aiter__(self) -> AsyncIterator[Any]:
        for document in await self.to_list():
            yield document


class MortalDatabase:
    """The database as a process sees it until it is killed."""

    def __init__(self, database: Database, life: Life) -> None:
        self._database = database
        self._life = life

    def __getitem__(self, name: str) -> MortalCollection:
        return MortalCollection(self._database[name], self._life)


def a_mortal_process(world: World, life: Life) -> World:
    mortal = cast("Database", MortalDatabase(world.database, life))
    return World(world.database, compose(mortal, Settings(), world.clock), world.clock)


BEFORE = [
    about("e1", C1, time=10, properties={"revenue": 1}, session_id="s1", type="VIEW"),
    about("e2", U1, time=20, properties={"revenue": 2}, session_id="s1", type="VIEW"),
]
BATCH = [
    about("e3", C1, U1, time=30, properties={"revenue": 4}, session_id="s1", type="VIEW"),
    about(
        "e4", "cookie_id:c4", time=40, properties={"revenue": 8, "session_custom_dimension_1": "x"}
    ),
    about("e5", C1, time=50, properties={"revenue": 16}, account={"id": "a1"}),
]
COMMANDS = 45
"""More than the batch takes: the last ones kill nobody."""


async def state_of(world: World) -> dict[str, Any]:
    """Everything that readers can see, without ids."""
    profiles = (await world.folds()).values()
    sessions = (await world.folds(ProfileKind.SESSION)).values()
    return {
        "revenue": {
            tuple(sorted(one.identifiers)): show(*one.attributes["total_revenue"])
            for one in profiles
        },
        "views": [show(*one.attributes["view_count"]) for one in sessions],
        "accounts": list(await world.folds(ProfileKind.ACCOUNT)),
        "events": [one.event.id for one in await world.entries()],
        "pending": [one for one in await world.documents("profiles") if one.get("pending")],
        "shown under": len({one["profile"] for one in await world.documents("events")}),
    }


WHOLE = {
    "revenue": {(C1, U1): Decimal(23), ("cookie_id:c4",): Decimal(8)},
    "views": [Decimal(3)],
    "accounts": ["a1"],
    "events": ["e1", "e2", "e3", "e4", "e5"],
    "pending": [],
    "shown under": 2,
}


async def killed(world: World, life: Life) -> bool:
    """Whether the process was killed while it took the batch."""
    try:
        await a_mortal_process(world, life).ingest(*BATCH)
    except KilledError:
        return True
    return False


@pytest.mark.parametrize("done", [False, True], ids=["before it", "after it"])
@pytest.mark.parametrize("resend", [False, True], ids=["without resend", "with resend"])
@pytest.mark.parametrize("third", range(3))
async def test_killed_at_any_command(world: World, *, done: bool, resend: bool, third: int) -> None:
    deaths = 0
    for left in range(1 + third, COMMANDS, 3):
        await world.forget()
        await world.ingest(BEFORE[0])
        await world.ingest(BEFORE[1])
        deaths += await killed(world, Life(left, done=done))
        world.clock.advance(minutes=1)
        heir = world.another_process()
        await heir.services.recover()
        stored = len(await world.entries()) > len(BEFORE)
        if resend or not stored:
            await heir.ingest(*BATCH)
        assert await state_of(world) == WHOLE, f"killed at command {left}"
    assert 0 < deaths < COMMANDS // 3


@pytest.mark.parametrize("done", [False, True], ids=["before it", "after it"])
async def test_heir_is_killed_too(world: World, *, done: bool) -> None:
    for left in range(1, 30, 3):
        await world.forget()
        await world.ingest(BEFORE[0])
        await world.ingest(BEFORE[1])
        await killed(world, Life(left, done=done))
        for more in (3, 7, 2):
            world.clock.advance(minutes=1)
            heir = a_mortal_process(world, Life(more, done=done))
            await asyncio.gather(heir.services.ingestion.recover(), return_exceptions=True)
        world.clock.advance(minutes=1)
        last = world.another_process()
        await last.services.recover()
        await last.ingest(*BATCH)
        assert await state_of(world) == WHOLE, f"killed at command {left}"


async def test_store_that_fails_once_is_no_crash_and_the_client_sends_again(world: World) -> None:
    for left in range(1, COMMANDS, 2):
        await world.forget()
        await world.ingest(BEFORE[0])
        await world.ingest(BEFORE[1])
        life = Life(left, done=False)
        process = a_mortal_process(world, life)
        await asyncio.gather(process.ingest(*BATCH), return_exceptions=True)
        life.left = 10_000
        await process.ingest(*BATCH)
        await process.services.ingestion.recover()
        await process.services.ingestion.close()
        assert await state_of(world) == WHOLE, f"failed at command {left}"
