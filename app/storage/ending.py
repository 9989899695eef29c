"""Ending a task that may be in the middle of a command to the database."""

import asyncio
from typing import Any

_PATIENCE = 1.0
"""Seconds in which a task that was cancelled cleans up."""


async def end(task: "asyncio.Task[Any]") -> None:
    """Cancel the task until it has ended; whatever it ends with.

    Once is not enough: on Python 3.11 ``asyncio.wait_for``, in which the driver waits for its
    answers, forgets about a cancellation that comes together with the answer.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_PATIENCE)
    await asyncio.gather(task, return_exceptions=True)
