"""Real processes, real kills, real pauses, a real server: every event counts exactly once.

``TORTURE_SECONDS`` sets how long it goes on; ``python -m tests.torture`` prints the figures.
"""

import asyncio
import os
from random import Random

import pytest

from app.storage.client import Database
from tests.conftest import URI
from tests.torture.history import chain
from tests.torture.run import Torture, deliver
from tests.torture.verdict import judged, prepared

SECONDS = float(os.environ.get("TORTURE_SECONDS", "10"))
PATIENCE = 240.0
"""Seconds that rare steps are waited for."""

pytestmark = [pytest.mark.server, pytest.mark.slow]


async def test_each_event_counts_exactly_once_whatever_is_killed(database: Database) -> None:
    assert URI, "the test is for servers"
    world = await prepared(database)
    torture = Torture(URI, database.name, seed=int(os.environ.get("TORTURE_SEED", "1")))

    await asyncio.to_thread(torture.run, SECONDS, at_most=max(SECONDS, PATIENCE))

    figures, history = torture.figures, torture.history
    verdict = await judged(world, (history.batches[one] for one in figures.acknowledged))
    assert (verdict.lost, verdict.doubled) == (0, 0)
    assert len(figures.acknowledged) > 20
    assert figures.spared == set()


async def test_chain_of_a_hundred_identifiers_becomes_one_profile(database: Database) -> None:
    assert URI, "the test is for servers"
    world = await prepared(database)
    links = [[link] for link in chain(100, Random(4))]
    numbered = list(enumerate(links))

    await asyncio.to_thread(deliver, URI, database.name, [numbered[one::4] for one in range(4)])

    verdict = await judged(world, links)
    [fold] = (await world.folds()).values()
    assert fold.identifiers == {f"cookie_id:c{one}" for one in range(100)}
    assert (verdict.events, verdict.lost, verdict.doubled) == (99, 0, 0)
