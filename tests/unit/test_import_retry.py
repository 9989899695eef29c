"""Sending again: as long as it may help, and no longer."""

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from app.errors import LaneLostError, OverloadedError, StoreUnavailableError
from app.importing.retry import DELAYS, persistently


class Flaky:
    """Fails as told, then answers; remembers what was heard about its failures."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.heard: list[tuple[str, float]] = []

    async def send(self) -> str:
        if self._failures:
            raise self._failures.pop(0)
        return "taken"

    def waiting(self, passing: Exception, delay: float) -> None:
        self.heard.append((type(passing).__name__, delay))


async def test_what_passes_is_sent_again() -> None:
    flaky = Flaky(OverloadedError(5), LaneLostError("lane-01"), AutoReconnect("gone"))
    assert await persistently(flaky.send, waiting=flaky.waiting, delays=[0, 0.001, 0]) == "taken"
    assert flaky.heard == [
        ("OverloadedError", 0),
        ("LaneLostError", 0.001),
        ("StoreUnavailableError", 0),
    ]


async def test_after_the_last_delay_the_error_is_told() -> None:
    flaky = Flaky(*[StoreUnavailableError() for _ in range(3)])
    with pytest.raises(StoreUnavailableError):
        await persistently(flaky.send, waiting=flaky.waiting, delays=[0, 0])
    assert len(flaky.heard) == 2


async def test_other_errors_are_not_sent_again() -> None:
    flaky = Flaky(OperationFailure("no such command"))
    with pytest.raises(OperationFailure):
        await persistently(flaky.send, waiting=flaky.waiting)
    assert flaky.heard == []


def test_a_restart_of_the_database_is_waited_for() -> None:
    assert 60 < sum(DELAYS) < 180
