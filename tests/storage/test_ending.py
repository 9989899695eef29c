"""Ending tasks that talk to the database."""

import asyncio

from app.storage.ending import end


async def test_task_that_forgets_about_a_cancellation_is_ended() -> None:
    forgotten = 0

    async def forgetful() -> None:
        nonlocal forgotten
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if forgotten:
                    raise
                forgotten += 1

    task = asyncio.create_task(forgetful())
    await asyncio.sleep(0)

    async with asyncio.timeout(10):
        await end(task)

    assert (task.cancelled(), forgotten) == (True, 1)


async def test_task_that_failed_is_ended_already() -> None:
    async def fail() -> None:
        raise ValueError

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)

    await end(task)

    assert isinstance(task.exception(), ValueError)
