"""A process that ends leaves as little as it can to others, also when the database fails."""

from random import Random
from typing import cast

import pytest
from pymongo.errors import AutoReconnect
from typing_extensions import override

from app.services import compose
from app.settings import Settings
from app.storage.client import Database
from tests.building import an_event
from tests.faults import FaultyDatabase, Process
from tests.living import World


class FailingProcess(Process):
    """A process whose next command fails, once it is told so."""

    failing = False

    @override
    async def step(self) -> None:
        if self.failing:
            self.failing = False
            raise AutoReconnect("connection closed")


async def test_what_cannot_be_closed_keeps_nothing_else_open(world: World) -> None:
    process = FailingProcess(Random(0), world.clock, kill=0, sleep=0)
    database = cast("Database", FaultyDatabase(world.database, process))
    services = compose(database, Settings(), world.clock)
    await services.ingestion.ingest([an_event()])
    await services.backfill.start()
    process.failing = True

    with pytest.raises(AutoReconnect):
        await services.close()

    held = [one["_id"] for one in await world.documents("lanes") if one.get("owner")]
    assert held == []
