"""Commands that fail half-way: what is acknowledged counts once, what is not is sent again."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from app.aggregation.monoids import Aggregation
from app.importing.retry import persistently
from app.services import compose
from app.settings import Settings
from app.storage.client import close, connect
from app.values import DataType
from tests.building import about
from tests.conftest import URI
from tests.living import World, show
from tests.outage.proxy import Fault, Proxy, Way, moody
from tests.truth import assert_equal_to_ledger

pytestmark = pytest.mark.server

COMMANDS = {"insert": 4, "update": 8, "findAndModify": 4, "find": 8, "aggregate": 2}
"""Commands of a batch, and after how many of each one is made to fail."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A server with moods."""
    assert URI, "the test is for servers"
    with moody(URI) as started:
        yield started


@pytest.mark.parametrize("way", ["unsent", "unheard", 112, 11600, 14031])
async def test_command_that_fails_once_is_no_loss(world: World, proxy: Proxy, way: Way) -> None:
    await world.define("counted", Aggregation.SUM, DataType.NUMBER)
    there = connect(proxy.uri, world.database.name)
    service = compose(there, Settings(), world.clock)
    resent: list[str] = []

    async def send(number: int) -> None:
        events = [
            about(f"{number}-{one}", *who, session_id="s", properties={"counted": 1})
            for one, who in enumerate((["x:a"], ["x:b"], ["x:a", f"x:{number}"], ["x:b", "x:c"]))
        ]
        await persistently(
            lambda: service.ingestion.ingest(events),
            waiting=lambda error, _: resent.append(str(error)),
            delays=[0.01] * 5,
        )

    number = 0
    for command, times in COMMANDS.items():
        for after in range(times):
            proxy.fault = Fault(command, way, after)
            await send(number)
            number += 1
    proxy.fault = None
    while await service.recover():
        pass

    await assert_equal_to_ledger(world)
    counted = [show(*one.attributes["counted"]) for one in (await world.folds()).values()]
    assert sum(counted, Decimal()) == len(await world.entries()) == 4 * number
    assert number / 4 < len(resent)
    await service.close()
    await close(there)
