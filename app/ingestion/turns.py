"""Long computations that leave the event loop its turns."""

import asyncio
from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")


async def in_turns(work: Generator[None, None, T]) -> T:
    """The result of work in steps; between two of them the loop sends and receives."""
    while True:
        await asyncio.sleep(0)
        try:
            next(work)
        except StopIteration as done:
            result: T = done.value
            return result
