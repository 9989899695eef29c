"""``make bench-bot``: how long others wait while a bot sends with one user id and ever new cookies.

Loads of the bot and of as many ordinary events take turns, each of three batches at once; beside
them, somebody else sends small batches. What those took beside the bot is compared with what they
took beside ordinary load.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from statistics import quantiles
from time import perf_counter

import structlog
import uvloop
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.events.wire import EventInput
from app.services import Services, compose
from app.settings import Settings
from app.storage.client import Database
from tests.benchmarks.databases import fresh_database
from tests.building import about

CONSOLE = Console()
BATCHES, EVENTS = 3, 300
"""What the bot sends at once, and what ordinary people do."""
ROUNDS = int(os.environ.get("BOT_ROUNDS", "112"))
"""As many loads of each: 112 are 100,000 events of the bot."""
OTHERS = 10
_IDS = count()

Batch = Callable[[], list[EventInput]]


def bots() -> list[EventInput]:
    """One user id, and a cookie of its own for each event."""
    return [about(f"b{n}", f"cookie_id:b{n}", "user_id:bot") for n in _numbers(EVENTS)]


def ordinary() -> list[EventInput]:
    """As many people as events."""
    return [about(f"o{n}", f"cookie_id:o{n}", f"user_id:o{n}") for n in _numbers(EVENTS)]


def others() -> list[EventInput]:
    """A few people."""
    return [about(f"p{n}", f"cookie_id:p{n}", f"user_id:p{n % 5000}") for n in _numbers(OTHERS)]


async def _main(uri: str) -> None:
    async with fresh_database(uri) as database:
        services = compose(database, Settings())
        await _took(services, ordinary)  # the first is not counted
        beside: dict[str, list[float]] = {"ordinary load": [], "the bot": []}
        loads: dict[str, list[float]] = {name: [] for name in beside}
        for number in track(range(ROUNDS), "Measuring", console=CONSOLE):
            turns = [("ordinary load", ordinary), ("the bot", bots)]
            for name, batch in turns if number % 2 else reversed(turns):
                seconds, waits = await _took(services, batch)
                loads[name].append(seconds)
                beside[name] += waits
        broken, counted = await services.removal.count_broken(), await _counted(database)
        await services.close()
    CONSOLE.print(_table(loads, beside))
    CONSOLE.print(
        f"{broken} profiles of the bot broke; {counted:,} of {next(_IDS):,} events stored"
    )


async def _took(services: Services, batch: Batch) -> tuple[float, list[float]]:
    """Seconds of a load, and of each small batch that others sent meanwhile."""
    started = perf_counter()
    load = [services.ingestion.ingest(batch()) for _ in range(BATCHES)]
    under_way = asyncio.ensure_future(asyncio.gather(*load))
    waits = []
    while not under_way.done():
        waits.append(await _seconds(services.ingestion.ingest(others())))
    await under_way
    return perf_counter() - started, waits


async def _seconds(doing: Awaitable[object]) -> float:
    started = perf_counter()
    await doing
    return perf_counter() - started


async def _counted(database: Database) -> int:
    return int(await database["events"].count_documents({}))


def _numbers(many: int) -> Iterator[int]:
    return (next(_IDS) for _ in range(many))


def _table(loads: dict[str, list[float]], beside: dict[str, list[float]]) -> Table:
    events = ROUNDS * BATCHES * EVENTS
    table = Table(title=f"{events:,} events of each kind of load, and what others waited")
    for heading in ("beside", "a load, p50", "others p50", "p99", "most"):
        table.add_column(heading)
    for name, waits in beside.items():
        times = (_percentile(loads[name], 50), _percentile(waits, 50), _percentile(waits, 99))
        table.add_row(name, *(f"{1000 * one:.1f} ms" for one in (*times, max(waits))))
    ratios = [_percentile(loads["the bot"], 50) / _percentile(loads["ordinary load"], 50)] + [
        _percentile(beside["the bot"], at) / _percentile(beside["ordinary load"], at)
        for at in (50, 99)
    ]
    table.add_row("ratio", *(f"{one:.2f}" for one in ratios))
    return table


def _percentile(values: list[float], at: int) -> float:
    return quantiles(values, n=100, method="inclusive")[at - 1]


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    uvloop.run(_main(os.environ["MONGODB_URI"]))
