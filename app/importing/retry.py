"""Sending again what was not taken for reasons that pass.

A batch may be sent any number of times: ids decide what counts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from app.errors import RetryError
from app.storage.faults import known

T = TypeVar("T")

DELAYS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, *(10.0,) * 10)
"""Seconds to wait before each further attempt: about two minutes, then we give up."""


async def persistently(
    send: Callable[[], Awaitable[T]],
    *,
    waiting: Callable[[Exception, float], None],
    delays: Sequence[float] = DELAYS,
) -> T:
    """The answer, in the end; ``waiting`` hears of each attempt that failed."""
    for delay in delays:
        try:
            return await send()
        except Exception as error:
            passing = known(error)
            if not isinstance(passing, RetryError):
                raise
            waiting(passing, delay)
            await asyncio.sleep(delay)
    return await send()
