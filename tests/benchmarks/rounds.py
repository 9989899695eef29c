"""Measuring side by side: in every round each contender does the same work once, in a new order.

Only ratios within a round mean anything: the machine may be twice as slow a minute later.
"""

import gc
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from statistics import median
from time import perf_counter
from typing import TypeAlias

FLOOR = "bare driver"
"""What the others are measured against."""

Turn: TypeAlias = Callable[[], Awaitable[None]]
"""What is timed; everything that can be prepared has been."""

Prepare: TypeAlias = Callable[[], Awaitable[Turn]]
"""Makes a turn, right before it: nobody's prepared work lies about while others are measured."""

_CHANCE = Random(1)


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the ends of many measurements."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measured:
    """The seconds of each contender, round by round."""

    seconds: dict[str, list[float]]
    items: int

    def rate(self, name: str) -> Spread:
        """Items a second."""
        return _spread(self.items / one for one in self.seconds[name])

    def ratio(self, name: str, *, to: str = FLOOR) -> Spread:
        """The share of the other's speed that is left, taken in each round by itself."""
        pairs = zip(self.seconds[to], self.seconds[name], strict=True)
        return _spread(floor / one for floor, one in pairs)


def _spread(values: Iterable[float]) -> Spread:
    known = sorted(values)
    return Spread(median(known), known[0], known[-1])


async def measured(
    turns: Callable[[int], Mapping[str, Prepare]], *, rounds: int, items: int
) -> Measured:
    """``turns`` says what each does in a round, by its number; the first one is not counted."""
    took = [await _round(turns(number)) for number in range(rounds + 1)][1:]
    return Measured({name: [one[name] for one in took] for name in took[0]}, items)


async def _round(turns: Mapping[str, Prepare]) -> dict[str, float]:
    order = list(turns)
    _CHANCE.shuffle(order)
    took = {name: await _seconds(turns[name]) for name in order}
    return {name: took[name] for name in turns}


async def _seconds(prepare: Prepare) -> float:
    turn = await prepare()
    gc.collect()
    started = perf_counter()
    await turn()
    return perf_counter() - started
