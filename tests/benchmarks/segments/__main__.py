"""``make bench-segments``: who is in a segment, by the API and by hand, in turns.

``LOAD_SHARES`` names the file of shares that people are drawn from. Two databases are kept, and
filled if they are empty: ``load`` with a million people and ten million events, and
``load_small`` with a tenth of both. ``ROUNDS`` says how often each question is asked.
"""

import os
import sys
from dataclasses import replace

import uvloop
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.collector import settle_collector
from app.main import create_app
from app.services import compose
from app.settings import Settings
from app.storage.client import close
from tests.architecture.recording import connect_recorded
from tests.benchmarks.load.people import SHOWCASE, user_id
from tests.benchmarks.load.prepared import Wanted, prepare
from tests.benchmarks.segments.asking import Asked, Asking
from tests.benchmarks.segments.belonging import Belonging, ask_belonging
from tests.benchmarks.segments.questions import QUESTIONS

CONSOLE = Console(width=110)
TARGET = 1.5
"""How many times as long as by hand the API may take."""

TENTH = 10
PATIENCE = 600.0
"""Seconds: what takes longer than a query may is measured too."""


async def _main(uri: str, wanted: Wanted, name: str, rounds: int) -> None:
    small = replace(wanted, people=wanted.people // TENTH, events=wanted.events // TENTH)
    few = await _measure(uri, f"{name}_small", small, rounds)
    many = await _measure(uri, name, wanted, rounds)
    CONSOLE.print(_table(wanted, many[0], few[0]))
    for one, size in ((few[1], small), (many[1], wanted)):
        CONSOLE.print(f"{size.people:,} people: {one}")


async def _measure(
    uri: str, name: str, wanted: Wanted, rounds: int
) -> tuple[list[Asked], Belonging]:
    database, recorder = connect_recorded(uri, name)
    await prepare(database, wanted, CONSOLE)
    settings = Settings(
        mongodb_uri=uri, mongodb_database=name, query_timeout_seconds=PATIENCE, demo_data=False
    )
    app = create_app(settings, database)
    await compose(database, settings).retention.keep_up()  # as any server does within a minute
    async with app.router.lifespan_context(app):
        asking = Asking(app, recorder, database)
        asked = await _ask(asking, f"Asking {name}", rounds)
        belonging = await ask_belonging(asking, user_id(SHOWCASE), rounds)
    await close(database)
    return asked, belonging


async def _ask(asking: Asking, title: str, rounds: int) -> list[Asked]:
    asked: list[Asked] = []
    with Progress(console=CONSOLE) as progress:
        task = progress.add_task(title, total=2 * len(QUESTIONS))
        for question in QUESTIONS:
            for ask in (asking.count, asking.page):
                asked.append(await ask(question, rounds))
                progress.advance(task)
    return asked


def _table(wanted: Wanted, many: list[Asked], few: list[Asked]) -> Table:
    title = f"{wanted.people:,} people, {wanted.events:,} events, milliseconds, medians"
    table = Table(title=title, title_justify="left")
    columns = ("", "found", "commands", "API", "by hand", "ratio", "of a tenth: API", "ratio", "x")
    for column in columns:
        table.add_column(column, justify="right" if column else "left")
    for one, small in zip(many, few, strict=True):
        (api, hand), (small_api, small_hand) = one.medians, small.medians
        table.add_row(
            one.title,
            f"{one.found:,}",
            str(one.commands),
            *(f"{figure:,.1f}" for figure in (api, hand)),
            _ratio(api / hand),
            f"{small_api:,.1f}",
            _ratio(small_api / small_hand),
            f"{api / small_api:.1f}",
        )
    return table


def _ratio(found: float) -> str:
    return f"[{'green' if found <= TARGET else 'red'}]{found:.2f}[/]"


if __name__ == "__main__":
    if not (URI := os.environ.get("MONGODB_URI")):
        sys.exit("It needs a server (MONGODB_URI).")
    WANTED = Wanted.of_environment(events=10_000_000)
    settle_collector()
    uvloop.run(
        _main(
            URI,
            WANTED,
            os.environ.get("LOAD_DATABASE", "load"),
            int(os.environ.get("ROUNDS", "10")),
        )
    )
