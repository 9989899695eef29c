"""``make bench-load``: lists of a million people, by the API and by the bare driver, in turns.

``LOAD_SHARES`` names the file of shares that people are drawn from, ``LOAD_PEOPLE`` says how many,
``LOAD_DATABASE`` names a database that is kept: it is filled if it is empty. ``LOAD_EVENTS`` adds
what they did, which lists do not need. One reader at a time.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC

import uvloop
from pymongo import AsyncMongoClient
from rich.console import Console
from rich.table import Table

from app.attributes.model import ProfileKind
from app.collector import settle_collector
from app.cursors import cursor
from app.main import create_app
from app.segments.order import order_of
from app.services import compose
from app.settings import Settings
from app.storage.client import Database, Document
from tests.architecture.recording import connect_recorded
from tests.benchmarks.load.asking import Asked, Asking
from tests.benchmarks.load.people import SHOWCASE, user_id
from tests.benchmarks.load.prepared import Wanted, prepare
from tests.benchmarks.load.queries import CASES, LIST, OPEN, PAGE, Case

CONSOLE = Console(width=100)
TIMES = 2000
"""So that p99 is the twentieth worst, not the fourth."""
STARTED = 15.0
"""Seconds until a process has done what it does once: it looks who has expired, for example."""
TARGET = 2.0
"""How many times as long as the bare driver the API may take."""


async def _main(uri: str, wanted: Wanted, name: str) -> None:
    database, recorder = connect_recorded(uri, name)
    await prepare(database, wanted, CONSOLE)
    app = create_app(Settings(mongodb_uri=uri, mongodb_database=name), database)
    async with app.router.lifespan_context(app), _client(uri) as client:
        await asyncio.sleep(STARTED)
        asking = Asking(app, recorder, client, name)
        asked = [
            await asking.ask(case.title, LIST, case.variables(await _place(database, case)), TIMES)
            for case in CASES
        ]
        person = {"userId": user_id(SHOWCASE)}
        asked.append(await asking.ask("a profile with ten sessions", OPEN, person, TIMES))
        CONSOLE.print(_table(asked, await database["profiles"].count_documents({})))


async def _place(database: Database, case: Case) -> str | None:
    """The cursor of the last item before the page."""
    if case.page == 1:
        return None
    catalogue = await compose(database, Settings()).attributes.current()
    order = order_of(case.order, ProfileKind.USER, catalogue)
    sort = [(one.path, one.direction) for one in order]
    behind = (case.page - 1) * PAGE - 1
    [last] = await database["profiles"].find({}, sort=sort, skip=behind, limit=1).to_list()
    return cursor(last, order)


@asynccontextmanager
async def _client(uri: str) -> AsyncIterator[AsyncMongoClient[Document]]:
    async with AsyncMongoClient[Document](uri, tz_aware=True, tzinfo=UTC) as client:
        yield client


def _table(asked: list[Asked], people: int) -> Table:
    table = Table(title=f"{people:,} people, one reader, milliseconds", title_justify="left")
    for column in ("", "items", "API p50", "p99", "driver p50", "p99", "p50 / p50", "p99 / p99"):
        table.add_column(column, justify="right" if column else "left")
    for one in asked:
        p50, p99, bare50, bare99 = one.percentiles()
        figures = (f"{figure:,.1f}" for figure in (p50, p99, bare50, bare99))
        table.add_row(
            one.title, str(one.items), *figures, *map(_ratio, (p50 / bare50, p99 / bare99))
        )
    return table


def _ratio(found: float) -> str:
    return f"[{'green' if found <= TARGET else 'red'}]{found:.2f}[/]"


if __name__ == "__main__":
    if not (URI := os.environ.get("MONGODB_URI")):
        sys.exit("It needs a server (MONGODB_URI).")
    WANTED = Wanted.of_environment()
    settle_collector()
    uvloop.run(_main(URI, WANTED, os.environ.get("LOAD_DATABASE", "load")))
