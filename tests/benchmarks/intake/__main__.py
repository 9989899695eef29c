"""``make bench-intake``: what each intake costs beside ingestion, and how long clients wait.

``MESSAGES_PER_SECOND`` is the steady pace at which the second is measured.
"""

import os
import sys

import uvloop
from rich.console import Console
from rich.table import Table

from app.collector import settle_collector
from tests.benchmarks.intake.contenders import ALONE, INTAKE, intake
from tests.benchmarks.intake.messages import FORMATS, Format
from tests.benchmarks.intake.steady import latencies, percentiles

CONSOLE = Console()
ROUNDS = int(os.environ.get("ROUNDS", "20"))
RATE = float(os.environ.get("MESSAGES_PER_SECOND", "500"))
SECONDS = float(os.environ.get("SECONDS", "30"))
TARGET = 0.5
"""Of the speed of ingestion alone: then intake costs no more than ingestion itself."""


async def _main(uri: str) -> None:
    table = Table(title="Intake, messages a second, one at a time", title_justify="left")
    for column in ("", "messages", ALONE, INTAKE, "ratio", "target", "p50 ms", "p99 ms"):
        table.add_column(column, justify="right" if column else "left")
    for form in FORMATS:
        CONSOLE.print(f"Measuring {form.name} …")
        table.add_row(*await _row(uri, form))
    CONSOLE.print(table)
    CONSOLE.print(f"p50, p99: bytes in to acknowledged, at {RATE:,.0f} messages a second")


async def _row(uri: str, form: Format) -> list[str]:
    found = await intake(uri, form, rounds=ROUNDS)
    ratio = found.ratio(INTAKE, to=ALONE)
    color = "green" if ratio.median >= TARGET else "red"
    waits = percentiles(await latencies(uri, form, rate=RATE, seconds=SECONDS))
    return [
        form.name,
        f"{form.size:,} a request",
        *(f"{found.rate(name).median:,.0f}" for name in (ALONE, INTAKE)),
        f"[{color}]{ratio.median:.2f}[/] ({ratio.low:.2f} … {ratio.high:.2f})",
        f"≥ {TARGET}",
        *(f"{one:,.1f}" for one in waits),
    ]


if __name__ == "__main__":
    URI = os.environ.get("MONGODB_URI")
    if not URI:
        sys.exit("The benchmark needs a server: set MONGODB_URI, such as mongodb://127.0.0.1:27017")
    settle_collector()  # as the server does
    uvloop.run(_main(URI))
