"""``make bench-intake``: what each intake costs beside ingestion, and how long clients wait.

``MESSAGES_PER_SECOND`` is the steady pace at which the second is measured, also beside
``IDLE_CONNECTIONS``. The service and the server have one process each, so one core.
"""

import os
import sys

import uvloop
from rich.console import Console
from rich.table import Table

from app.collector import settle_collector
from app.descriptors import raise_limit
from tests.benchmarks.intake.contenders import ALONE, INTAKE, intake
from tests.benchmarks.intake.idle import beside_idle
from tests.benchmarks.intake.messages import FORMATS, Format
from tests.benchmarks.intake.steady import latencies, percentiles

CONSOLE = Console()
ROUNDS = int(os.environ.get("ROUNDS", "20"))
RATE = float(os.environ.get("MESSAGES_PER_SECOND", "500"))
SECONDS = float(os.environ.get("SECONDS", "30"))
IDLE = int(os.environ.get("IDLE_CONNECTIONS", "5000"))
TARGET = 0.5
"""Of the speed of ingestion alone: then intake costs no more than ingestion itself."""


async def _main(uri: str) -> None:
    title = "Intake, messages a second of one process, one request at a time"
    table = Table(title=title, title_justify="left")
    for column in ("", "messages", ALONE, INTAKE, "ratio", "target", "p50 ms", "p99 ms"):
        table.add_column(column, justify="right" if column else "left")
    for form in FORMATS:
        CONSOLE.print(f"Measuring {form.name} …")
        table.add_row(*await _row(uri, form))
    CONSOLE.print(table)
    CONSOLE.print(f"p50, p99: bytes in to acknowledged, at {RATE:,.0f} messages a second")
    CONSOLE.print(await _idle(uri))


async def _idle(uri: str) -> str:
    form = next(one for one in FORMATS if one.name == "Datadog RUM")
    found = await beside_idle(uri, form, rate=RATE, count=IDLE)
    alone, beside = (
        "p50 {:.1f} ms, p99 {:.1f} ms".format(*percentiles(one))
        for one in (found.alone, found.beside)
    )
    held = f"{found.held:,} idle connections, {found.memory / found.held / 1024:.1f} KiB each"
    return f"{held}: {beside} at the same pace, without them {alone}"


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
    raise_limit()
    settle_collector()  # as the server does
    uvloop.run(_main(URI))
