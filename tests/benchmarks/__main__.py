"""``make bench``: ingestion, reading and memory against the bare driver, on a real server.

First requests of new queries are measured against stock execution, from memory. Each figure is a
ratio of two measurements that were taken in turns, so that it holds on any machine. Databases have
names of their own and are dropped at the end. Arguments choose parts:
``python -m tests.benchmarks ingestion reading``.
"""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from platform import python_version

import uvloop
from pymongo import AsyncMongoClient
from rich.console import Console
from rich.table import Table

from app.collector import settle_collector
from app.storage.client import Document
from tests.benchmarks.cold import COMPILED, STOCK, first_runs
from tests.benchmarks.importing import MemoryWatch, memory_of_import
from tests.benchmarks.ingesting import MUTATION, SERVICE, Scenario, ingestion
from tests.benchmarks.reading import QUERY, profile_query
from tests.benchmarks.rounds import FLOOR, Measured, Spread

CONSOLE = Console()
ROUNDS = 20
EVENTS_TO_IMPORT = 300_000
TARGETS = {SERVICE: 0.6, MUTATION: 0.4, QUERY: 0.4}
"""The least share of the bare driver's speed that we want to keep."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, and its title."""

    title: str
    measured: Measured


async def _main(uri: str, parts: Iterable[str]) -> None:
    version = await _server_version(uri)
    tables = []
    for part in parts:  # memory is the first: what others leave would hide its growth
        CONSOLE.print(f"Measuring {part} …")
        tables.append(await _PARTS[part](uri))
    CONSOLE.print(f"Python {python_version()}, server {version}; median (least … most)")
    CONSOLE.print(*tables, sep="\n")


async def _memory(uri: str) -> Table:
    return _memory_table(await memory_of_import(uri, EVENTS_TO_IMPORT))


async def _ingestion(uri: str) -> Table:
    figures = [await _ingested(uri, one) for one in _SCENARIOS]
    return _table("Ingestion, batches of 1,000 events", "events/s", figures)


async def _reading(uri: str) -> Table:
    figures = [await _read(uri, concurrency) for concurrency in (1, 16)]
    return _table("profile(by: {userId}), default fields", "calls/s", figures)


async def _cold(_uri: str) -> Table:
    """This part needs no server."""
    table = Table(title="First request of a new query, 25 fields and attributes, from memory")
    for column in ("rows", "stock ms", "compiled ms", "longer by ms"):
        table.add_column(column, justify="right")
    for one in await first_runs(ROUNDS):
        times = (one.milliseconds(STOCK), one.milliseconds(COMPILED), one.longer)
        table.add_row(str(one.rows), *(f"{time:.2f}" for time in times))
    return table


_PARTS = {"memory": _memory, "ingestion": _ingestion, "reading": _reading, "cold": _cold}
_SCENARIOS = [Scenario(each, known) for known in (True, False) for each in (10, 1)]


async def _server_version(uri: str) -> str:
    async with AsyncMongoClient[Document](uri, serverSelectionTimeoutMS=5_000) as client:
        return str((await client.server_info())["version"])


async def _ingested(uri: str, scenario: Scenario) -> Figure:
    people = "known profiles" if scenario.known else "new profiles"
    title = f"{people}, {scenario.each} events each"
    return Figure(title, await ingestion(uri, scenario, rounds=ROUNDS))


async def _read(uri: str, concurrency: int) -> Figure:
    found = await profile_query(
        uri, concurrency=concurrency, calls=160 if concurrency == 1 else 480, rounds=ROUNDS
    )
    return Figure(f"{concurrency} at a time", found)


def _table(title: str, unit: str, figures: list[Figure]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("", "", unit, "of the bare driver", "target"):
        table.add_column(column, justify="left" if not column else "right")
    for figure in figures:
        for name in figure.measured.seconds:
            table.add_row(figure.title if name == FLOOR else "", name, *_row(figure.measured, name))
    return table


def _row(found: Measured, name: str) -> tuple[str, str, str]:
    rate = _shown(found.rate(name), ",.0f")
    if name == FLOOR:
        return rate, "", ""
    ratio, target = found.ratio(name), TARGETS[name]
    color = "green" if ratio.median >= target else "red"
    return rate, f"[{color}]{_shown(ratio, '.2f')}[/]", f"≥ {target}"


def _shown(spread: Spread, form: str) -> str:
    low, high = format(spread.low, form), format(spread.high, form)
    return f"[bold]{spread.median:{form}}[/] ({low} … {high})"


def _memory_table(memory: MemoryWatch) -> Table:
    table = Table(title="Resident memory of an import", title_justify="left")
    table.add_column("events", justify="right")
    table.add_column("MiB", justify="right")
    for events, size in memory.resident.items():
        table.add_row(f"{events:,}", f"{size:,.1f}")
    table.add_section()
    table.add_row("per 100,000", f"{memory.slope:+.2f}")
    return table


if __name__ == "__main__":
    URI = os.environ.get("MONGODB_URI")
    if not URI:
        sys.exit("The benchmark needs a server: set MONGODB_URI, such as mongodb://127.0.0.1:27017")
    chosen = [part for part in _PARTS if part in sys.argv[1:]]
    settle_collector()  # as the server does
    uvloop.run(_main(URI, chosen or _PARTS))
