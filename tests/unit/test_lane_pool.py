"""The lanes of one process: none is lost, whatever becomes of the batches."""

import pytest

from app.errors import OverloadedError
from app.ingestion.lanes import STORING, LaneRepository
from app.ingestion.pool import LanePool, Turn
from app.storage.client import Database
from tests.living import Clock

LANES = 3


class BatchFailedError(Exception):
    """What ends a batch half-way."""


async def abandon(turn: Turn) -> None:
    if turn.lane.state == STORING:
        await turn.abandon()
    turn.settled = True


def a_pool(database: Database) -> LanePool:
    return LanePool(
        LaneRepository(database),
        owner="me",
        size=2,
        total=LANES,
        max_waiting=0,
        settle=abandon,
        clock=Clock(),
    )


async def fail(pool: LanePool) -> None:
    with pytest.raises(BatchFailedError):
        async with pool.turn():
            raise BatchFailedError


async def succeed(pool: LanePool) -> None:
    async with pool.turn() as turn:
        await turn.commit()
        await turn.finish()


async def test_settling_debts_loses_no_idle_lane(database: Database) -> None:
    pool = a_pool(database)
    for _ in range(3 * LANES):
        async with pool.turn() as turn:
            await fail(pool)
            await turn.commit()
            await turn.finish()
        await pool.settle()

    assert pool.in_debt == set()
    await succeed(pool)


async def test_idle_lane_that_owes_something_is_settled_and_used_again(database: Database) -> None:
    pool = a_pool(database)
    await succeed(pool)
    names = [lane["_id"] for lane in await LaneRepository(database).all()]

    for _ in range(3 * LANES):
        await pool.settle(names)

    await succeed(pool)


async def test_batch_that_waits_too_long_for_a_lane_is_refused(database: Database) -> None:
    pool = LanePool(
        LaneRepository(database),
        owner="me",
        size=1,
        total=LANES,
        max_waiting=5,
        settle=abandon,
        clock=Clock(),
        patience=0.01,
    )

    async with pool.turn() as turn:
        with pytest.raises(OverloadedError):
            await succeed(pool)
        await turn.commit()
        await turn.finish()

    await succeed(pool)


async def test_closing_hands_over_idle_lanes_and_those_in_debt(database: Database) -> None:
    pool = a_pool(database)
    async with pool.turn() as turn:
        await fail(pool)
        await turn.commit()
        await turn.finish()

    await pool.close()

    lanes = await LaneRepository(database).all()
    assert sorted((lane["owner"], lane["state"]) for lane in lanes) == [
        (None, "idle"),
        (None, "storing"),
    ]
