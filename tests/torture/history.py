"""What the processes are sent: chains of identifiers, late events, and everything again."""

from itertools import count
from random import Random

from app.events.wire import EventInput
from tests.building import about

CHAIN = 40
"""Batches after which other people appear; so nobody has more identifiers than one may have."""

Batch = tuple[int, list[EventInput]]
"""A number, and events: the same whenever they are sent again."""


class History:
    """An endless random history."""

    def __init__(self, random: Random) -> None:
        self.batches: list[list[EventInput]] = []
        self.resent = 0
        self._random = random
        self._numbers = count()

    @property
    def events(self) -> int:
        """Events in all batches so far."""
        return sum(map(len, self.batches))

    def portion(self, size: int) -> list[Batch]:
        """New batches in some order, among them a few that were sent before."""
        known = len(self.batches)
        self.batches += [self._batch(known + one) for one in range(size)]
        again = self._random.sample(range(known), min(known, size // 2))
        self.resent += sum(len(self.batches[one]) for one in again)
        numbers = [*range(known, known + size), *again]
        self._random.shuffle(numbers)
        return [(number, self.batches[number]) for number in numbers]

    def _batch(self, number: int) -> list[EventInput]:
        return [self._event(number) for _ in range(self._random.randint(1, 6))]

    def _event(self, batch: int) -> EventInput:
        chain, place = divmod(batch, CHAIN)
        people = [f"cookie_id:c{chain}-{place // 4 + one}" for one in range(8)]
        number = next(self._numbers)
        return about(
            f"e{number}",
            *self._random.sample(people, self._random.choice([1, 1, 2, 2, 3])),
            time=self._random.randint(0, 3600),
            session_id=self._random.choice([None, "s1", "s2"]),
            account={"id": self._random.choice(["a1", "a2"])} if number % 3 == 0 else None,
            properties={
                "counted": 1,
                "late": number,
                f"session_custom_dimension_{chain % 20}": self._random.choice("xyz"),
            },
        )


def chain(length: int, random: Random) -> list[EventInput]:
    """Events that make one person of so many identifiers, two at a time, in any order."""
    pairs = [(f"cookie_id:c{one}", f"cookie_id:c{one + 1}") for one in range(length - 1)]
    random.shuffle(pairs)
    return [
        about(f"e{number}", *pair, time=number, properties={"counted": 1})
        for number, pair in enumerate(pairs)
    ]
