"""A database of people and of what they did: filled once, and kept.

``python -m tests.benchmarks.load.prepared`` does that alone; ended, it goes on where it was.
"""

import asyncio
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import Progress

from app.services import compose, utc_now
from app.settings import Settings
from app.storage.client import Database, close, connect
from migrations.runner import migrate
from tests.benchmarks.load.filling import define_attributes, fill
from tests.benchmarks.load.ledger import fill_ledger
from tests.benchmarks.load.people import Shares

ARRIVED = datetime(2026, 1, 1, tzinfo=UTC)
"""When everything was received; the first of it happened a year earlier."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a database is to hold."""

    shares: Shares
    people: int
    events: int

    @classmethod
    def of_environment(cls, events: int = 0) -> "Wanted":
        """``LOAD_SHARES`` names the file of shares, ``LOAD_PEOPLE`` and ``LOAD_EVENTS`` count."""
        if not (path := os.environ.get("LOAD_SHARES")):
            sys.exit("It needs a file of shares that people are drawn from (LOAD_SHARES).")
        people, wanted = (
            int(os.environ.get(name, usual))
            for name, usual in (("LOAD_PEOPLE", 1_000_000), ("LOAD_EVENTS", events))
        )
        return cls(Shares.of_file(Path(path)), people, wanted)


async def prepare(database: Database, wanted: Wanted, console: Console) -> None:
    """Fill what is empty, go on with what is half full, and index it."""
    services = compose(database, Settings())
    with Progress(console=console) as progress:
        if not await services.profiles.count():
            task = progress.add_task("Storing people", total=wanted.people)
            await define_attributes(database, services)
            async for done in fill(database, services, wanted.shares, wanted.people):
                progress.update(task, completed=done)
        if wanted.events:
            await _fill_ledger(database, wanted, progress)
    console.print("Indexing …")
    async for _ in migrate(database, now=utc_now()):
        pass
    await services.indexes.keep_up()
    for name in ("profiles", "sessions", "accounts", "events"):  # planners choose by statistics
        await database.command({"planCacheClear": name})
    await services.close()


async def _fill_ledger(database: Database, wanted: Wanted, progress: Progress) -> None:
    started = perf_counter()
    task = progress.add_task("Storing events", total=wanted.people, visible=False)
    told = ""
    filling = fill_ledger(
        database, wanted.shares, people=wanted.people, events=wanted.events, now=ARRIVED
    )
    async for doing, people in filling:
        progress.update(task, description=doing, completed=people, visible=True)
        if doing != told:
            told = doing
            progress.console.print(f"{doing}, after {perf_counter() - started:,.0f} s")


async def _main(uri: str, name: str) -> None:
    database = connect(uri, name)
    await prepare(database, Wanted.of_environment(), Console(width=100))
    await close(database)


if __name__ == "__main__":
    if not (URI := os.environ.get("MONGODB_URI")):
        sys.exit("It needs a server (MONGODB_URI).")
    asyncio.run(_main(URI, os.environ.get("LOAD_DATABASE", "load")))
