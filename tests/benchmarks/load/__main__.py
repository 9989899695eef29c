"""``make bench-load``: lists of a million people, by the API and by the bare driver, in turns.

``LOAD_SHARES`` names the file of shares that people are drawn from, ``LOAD_PEOPLE`` says how many,
``LOAD_DATABASE`` names a database that is kept: it is filled if it is empty. One reader at a time.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

import uvloop
from pymongo import AsyncMongoClient
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.attributes.model import ProfileKind
from app.collector import settle_collector
from app.cursors import cursor
from app.main import create_app
from app.segments.order import order_of
from app.services import compose, utc_now
from app.settings import Settings
from app.storage.client import Database, Document
from migrations.runner import migrate
from tests.architecture.recording import connect_recorded
from tests.benchmarks.load.asking import Asked, Asking
from tests.benchmarks.load.filling import define_attributes, fill
from tests.benchmarks.load.people import SHOWCASE, Shares, user_id
from tests.benchmarks.load.queries import CASES, LIST, OPEN, PAGE, Case

CONSOLE = Console(width=100)
TIMES = 200
TARGET = 2.0
"""How many times as long as the bare driver the API may take."""


async def _main(uri: str, shares: Shares, people: int, name: str) -> None:
    database, recorder = connect_recorded(uri, name)
    await _filled(database, shares, people)
    app = create_app(Settings(mongodb_uri=uri, mongodb_database=name), database)
    async with app.router.lifespan_context(app), _client(uri) as client:
        asking = Asking(app, recorder, client, name)
        asked = [
            await asking.ask(case.title, LIST, case.variables(await _place(database, case)), TIMES)
            for case in CASES
        ]
        person = {"userId": user_id(SHOWCASE)}
        asked.append(await asking.ask("a profile with ten sessions", OPEN, person, TIMES))
        CONSOLE.print(_table(asked, await database["profiles"].count_documents({})))


async def _filled(database: Database, shares: Shares, people: int) -> None:
    services = compose(database, Settings())
    if not await services.profiles.count():
        with Progress(console=CONSOLE) as progress:
            task = progress.add_task("Filling", total=people)
            await define_attributes(database, services)
            async for done in fill(database, services, shares, people):
                progress.update(task, completed=done)
        CONSOLE.print("Indexing …")
    async for _ in migrate(database, now=utc_now()):
        pass
    await services.indexes.keep_up()
    for name in ("profiles", "sessions", "accounts"):  # planners choose by statistics
        await database.command({"planCacheClear": name})
    await services.close()


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
    URI, SHARES = os.environ.get("MONGODB_URI"), os.environ.get("LOAD_SHARES")
    if not (URI and SHARES):
        sys.exit("It needs a server (MONGODB_URI) and a file of shares (LOAD_SHARES).")
    PEOPLE = int(os.environ.get("LOAD_PEOPLE", "1000000"))
    settle_collector()
    uvloop.run(
        _main(URI, Shares.of_file(Path(SHARES)), PEOPLE, os.environ.get("LOAD_DATABASE", "load"))
    )
