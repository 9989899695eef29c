"""The lanes that this process holds, handed out one batch at a time.

A batch that ends badly leaves its lane in debt: it is taken again, and what it owes is done,
before anybody uses it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

from app.errors import LaneLostError, OverloadedError
from app.ingestion.lanes import Lane, LaneRepository, lane_names
from app.profiles.ids import id_in_cohort, new_cohort

Clock = Callable[[], datetime]
Settle = Callable[["Turn"], Awaitable[None]]
"""Does what a lane that was just taken owes, and leaves it idle."""


PATIENCE = 10.0
"""Seconds that a batch waits for a lane: a client that waits longer has given up already."""


class Turn:
    """The use of one lane for one batch, from state to state."""

    def __init__(self, lanes: LaneRepository, lane: Lane, clock: Clock) -> None:
        self._lanes = lanes
        self._clock = clock
        self.lane = lane
        self.settled = True
        self.claimants: set[str] = set()
        self._given = 0

    async def begin(self) -> None:
        """idle → storing; from here on the lane is in debt until ``finish``."""
        self.settled = False
        now = self._clock()
        self.lane = await self._lanes.begin(self.lane, cohort=new_cohort(now), now=now)
        self.claimants, self._given = set(), 0

    def fresh(self) -> str:
        """An id for a new profile, one of the cohort that the lane remembers."""
        self._given += 1
        return id_in_cohort(self.lane.claims[0], self._given)

    async def claim_for(self, profiles: Iterable[str]) -> None:
        """Identifiers are about to be claimed for these; whoever takes over has to know."""
        self.claimants.update(profiles)
        cohort, *others = self.lane.claims
        unknown = self.claimants - set(others)
        if others := sorted(one for one in unknown if not one.startswith(cohort)):
            self.lane = await self._lanes.claim_for(self.lane, others, now=self._clock())

    async def commit(self) -> None:
        """storing → applying."""
        self.lane = await self._lanes.commit(self.lane, now=self._clock())

    async def expect_homeless(self) -> None:
        """Homeless events are about to wait for adoption."""
        self.lane = await self._lanes.expect_homeless(self.lane, now=self._clock())

    async def finish(self, *, housed: bool = True) -> None:
        """applying → idle: nothing is owed but to homeless events, unless all are ``housed``."""
        self.lane = await self._lanes.finish(self.lane, housed=housed, now=self._clock())
        self.settled = True

    async def abandon(self) -> None:
        """storing → idle: what was stored waits for adoption."""
        self.lane = await self._lanes.abandon(self.lane, now=self._clock())


class LanePool:
    """Up to ``size`` lanes of one process; batches that find none wait in a bounded queue."""

    def __init__(  # the composition root names each
        self,
        lanes: LaneRepository,
        *,
        owner: str,
        size: int,
        total: int,
        max_waiting: int,
        settle: Settle,
        clock: Clock,
        patience: float = PATIENCE,
    ) -> None:
        self._lanes = lanes
        self._owner = owner
        self._names = list(lane_names(total))
        self._max_waiting = max_waiting
        self._settle = settle
        self._patience = patience
        self._clock = clock
        self._waiting = 0
        self._held: set[str] = set()
        self._slots: asyncio.LifoQueue[Turn | None] = asyncio.LifoQueue()
        self.in_debt: set[str] = set()
        random.shuffle(self._names)
        for _ in range(size):
            self._slots.put_nowait(None)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """A lane that has begun a batch."""
        turn = await self._slot()
        try:
            turn = await self._begun(turn)
            yield turn
        finally:
            self._give_back(turn)

    async def settle(self, owing: Iterable[str] = ()) -> None:
        """Do the debts of our lanes and give those back; ``owing`` are some that seem idle."""
        for name in owing:
            self._owe(name)
        for name in self.in_debt - self._held:
            self._held.add(name)
            turn = await self._settled(name)
            if turn:
                await self._lanes.release(turn.lane)
            self._held.discard(name)

    async def close(self) -> None:
        """Give the lanes back, so that other processes need not wait for the leases to end.

        Those in debt too: whoever takes one next does what it owes.
        """
        while not self._slots.empty():
            turn = self._slots.get_nowait()
            if turn:
                await self._lanes.release(turn.lane)
        for name in sorted(self.in_debt):
            await self._lanes.disown(name, owner=self._owner)

    async def _slot(self) -> Turn | None:
        if self._slots.empty() and self._waiting >= self._max_waiting:
            raise OverloadedError(self._waiting)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                return await self._slots.get()
        except TimeoutError:
            raise OverloadedError(self._waiting) from None
        finally:
            self._waiting -= 1

    async def _begun(self, turn: Turn | None) -> Turn:
        """A lane that was idle for long may be gone; nothing is lost yet, so take another."""
        while True:
            turn = turn or await self._take()
            try:
                await turn.begin()
            except LaneLostError:
                self._held.discard(turn.lane.name)
                turn = None
            else:
                return turn

    def _owe(self, name: str) -> None:
        """Put an idle lane of ours among those in debt; one in use sees to itself."""
        idle = [self._slots.get_nowait() for _ in range(self._slots.qsize())]
        for turn in idle:
            owing = turn is not None and turn.lane.name == name
            self._slots.put_nowait(None if owing else turn)
            if owing:
                self._held.discard(name)
                self.in_debt.add(name)

    def _give_back(self, turn: Turn | None) -> None:
        settled = turn is not None and turn.settled
        if turn and not settled:
            self._held.discard(turn.lane.name)
            self.in_debt.add(turn.lane.name)
        self._slots.put_nowait(turn if settled else None)

    async def _take(self) -> Turn:
        """A lane with its debts done: one that we left in debt, else a free one."""
        candidates = [*self.in_debt, *(one for one in self._names if one not in self.in_debt)]
        for name in candidates:
            if name in self._held:
                continue
            self._held.add(name)
            turn = await self._settled(name)
            if turn:
                return turn
            self._held.discard(name)
        raise OverloadedError(len(self._names))

    async def _settled(self, name: str) -> Turn | None:
        try:
            lane = await self._lanes.take(name, owner=self._owner, now=self._clock())
            turn = Turn(self._lanes, lane, self._clock) if lane else None
            if turn:
                await self._settle(turn)
        except LaneLostError:  # whoever took it over does what it owes
            turn = None
        except BaseException:
            self._held.discard(name)
            self.in_debt.add(name)
            raise
        self.in_debt.discard(name)
        return turn
