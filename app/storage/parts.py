"""Large writes in parts that are under way together.

The server works on several at once; they touch different documents, so their order means nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

PART = 250
"""Documents of one part: large enough that the round trip does not count."""


async def in_parts(items: Sequence[T], write: Callable[[Sequence[T]], Awaitable[R]]) -> list[R]:
    """The result of every part; all have ended when the first failure is raised."""
    parts = [items[start : start + PART] for start in range(0, len(items), PART)]
    writing = (_after(turns, write, part) for turns, part in enumerate(parts))
    results = await asyncio.gather(*writing, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


async def _after(turns: int, write: Callable[[Sequence[T]], Awaitable[R]], part: Sequence[T]) -> R:
    """Begin when the parts before are on their way; else all would wait for the last's encoding."""
    for _ in range(turns):
        await asyncio.sleep(0)
    return await write(part)
