"""Processes of the operating system on one database, killed at every step, stopped, woken up.

The parent hands out batches, starts another process for each that died, and counts. A batch is
sent until it is acknowledged, to the next process where one died; few clients give up.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from random import Random
from time import monotonic, sleep
from typing import Any, get_args

from tests.steps import Moment, Point
from tests.torture.history import Batch, History
from tests.torture.slots import Slot
from tests.torture.worker import LEASE, Task

PROCESSES = 3
PORTION = 6
FEW = 20
FORSAKEN = 0.02
"""How likely a client gives up a batch when the process that had it is gone."""


STEPS = {
    *("lanes.take", "lanes.begin", "lanes.commit", "lanes.finish", "lanes.abandon"),
    *("lanes.release", "lanes.all", "identifiers.owners", "identifiers.claim"),
    *("identifiers.move", "events.known", "events.store", "events.with_ids", "events.adopt"),
    *("events.any_of", "events.of_batch", "events.move", "accounts.write", "sessions.write"),
    *("profiles.write", "profiles.apply", "profiles.close", "profiles.get", "profiles.absorb"),
    *("profiles.clear", "profiles.pending", "sessions.of_profile", "sessions.close"),
    *("sessions.get", "sessions.absorb", "sessions.clear"),
    *("settings.version", "settings.load", "settings.add", "settings.remove", "settings.left"),
    *("settings.begin", "settings.advance", "settings.finish", "settings.swept"),
    *("events.count_before", "events.before", "profiles.sweep"),
}
"""Steps of batches, merges, recovery and back-fill at which every run has to kill."""


class ProcessFailedError(AssertionError):
    """A process of the service ended by an error of its own."""


@dataclass
class Figures:
    """What was done to how many processes."""

    processes: int = 0
    killed_at: Counter[Point] = field(default_factory=Counter)
    killed_at_random: int = 0
    paused: int = 0
    points: set[Point] = field(default_factory=lambda: set(product(STEPS, get_args(Moment))))
    acknowledged: set[int] = field(default_factory=set)
    forsaken: int = 0

    @property
    def kills(self) -> int:
        """Processes that were killed, wherever they were."""
        return self.killed_at.total() + self.killed_at_random

    @property
    def spared(self) -> set[Point]:
        """Points where none was killed yet, among them whatever else a process came by."""
        return self.points - self.killed_at.keys()


class Torture:
    """A run: who is alive, what is left to do."""

    def __init__(self, uri: str, database: str, *, seed: int) -> None:
        self.figures = Figures()
        self.history = History(Random(seed))
        self._random = Random(seed)
        self._place = uri, database
        self._ends = self._limit = 0.0

    def run(self, seconds: float, *, at_most: float) -> None:
        """Go on for some time, and until a process was killed at each point."""
        self._ends, self._limit = monotonic() + seconds, monotonic() + at_most
        slots = [Slot() for _ in range(PROCESSES)]
        strikes_at = monotonic()
        while slots := [slot for slot in slots if self._goes_on(slot)]:
            sleep(0.005)
            if monotonic() > strikes_at and not self._is_over:
                self._strike(self._random.choice(slots))
                calm = 3 if self._is_near_the_end else 1
                strikes_at = monotonic() + calm * self._random.uniform(0.5, 2.0)

    @property
    def _is_over(self) -> bool:
        return monotonic() > (self._limit if self.figures.spared else self._ends)

    @property
    def _is_near_the_end(self) -> bool:
        """Few points are left, which are those that take long to come to: back-fills."""
        return len(self.figures.spared) <= FEW

    def _goes_on(self, slot: Slot) -> bool:
        """See to it that somebody works in the slot; False when there is nothing left to do."""
        slot.wake()
        alive = slot.is_alive
        for kind, what in slot.heard():
            self._note(slot, kind, what)
        if alive:
            return True
        if slot.process is not None:
            slot.bury()
            self._forsake(slot)
        if not slot.left and not self._is_over:
            slot.left = dict(self.history.portion(PORTION))
        if slot.left:
            slot.start(self._task(list(slot.left.items())))
        return bool(slot.left)

    def _task(self, batches: list[Batch]) -> Task:
        """Every eighth process may live, so that the batches come to an end."""
        self.figures.processes += 1
        lives = self._is_over or self.figures.processes % 8 == 0
        survived = frozenset(self.figures.killed_at)
        redefines = self._is_near_the_end or self._random.random() < 0.4
        seed = self._random.randrange(2**32)
        return Task(*self._place, seed, batches, None if lives else survived, redefines=redefines)

    def _forsake(self, slot: Slot) -> None:
        for number in list(slot.left):
            if self._random.random() < FORSAKEN:
                self.figures.forsaken += 1
                del slot.left[number]

    def _note(self, slot: Slot, kind: str, what: Any) -> None:
        match kind:
            case "acknowledged":
                self.figures.acknowledged.add(what)
                slot.left.pop(what, None)
            case "reached":
                self.figures.points.add(what)
            case "dies":
                self.figures.killed_at[what] += 1
            case _:
                raise ProcessFailedError(what)

    def _strike(self, slot: Slot) -> None:
        """Kill a process wherever it is, or let it sleep through its leases."""
        if not slot.is_alive or slot.wakes_at is not None:
            return
        if self._random.random() < 0.5:
            self.figures.killed_at_random += 1
            slot.kill()
        else:
            self.figures.paused += 1
            slot.pause(LEASE.total_seconds() * self._random.uniform(1.1, 2.5))


def deliver(uri: str, database: str, portions: Iterable[list[Batch]]) -> None:
    """One process for each portion takes its batches, all at once and undisturbed."""
    slots = [Slot() for _ in portions]
    for seed, (slot, batches) in enumerate(zip(slots, portions, strict=True)):
        slot.start(Task(uri, database, seed, batches))
    for slot in slots:
        while slot.is_alive:
            _check(slot)
            sleep(0.01)
        _check(slot)
        slot.bury()


def _check(slot: Slot) -> None:
    for kind, what in slot.heard():
        if kind == "failed":
            raise ProcessFailedError(what)
