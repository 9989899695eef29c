"""``make bench-peers``: a page of 100 profiles from GraphQL servers of Python and Node.

From memory, and end to end from the server at ``MONGODB_URI``. Every server has the first core to
itself, load comes from the second; rounds are interleaved, in a new order each. All answers are
compared before anything is measured. ``PEER_ROUNDS`` and ``PEER_SECONDS`` set how long it takes;
arguments choose parts: ``python -m tests.benchmarks.peers memory``.
"""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

import uvloop
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.services import utc_now
from app.storage.client import Database, Document, connect
from migrations.runner import migrate
from tests.benchmarks.databases import fresh_database
from tests.benchmarks.peers.loading import Loaded, http_request, load
from tests.benchmarks.peers.people import FIELDS, QUERIES, ROWS, fill, variables, write_world
from tests.benchmarks.peers.processes import HERE, Server, keep_to, running
from tests.benchmarks.peers.servers import HAND_WRITTEN, OURS, STOCK

NAMES = (
    *(HAND_WRITTEN, OURS, STOCK),
    *("graphql-yoga", "graphql-yoga, graphql-jit", "mercurius", "mercurius, jit: 1"),
    "apollo-server",
)
FIRST_PORT = int(os.environ.get("PEER_PORT", "4811"))
ROUNDS = int(os.environ.get("PEER_ROUNDS", "7"))
SECONDS = float(os.environ.get("PEER_SECONDS", "2"))
WARM_UP = 1.0

CONSOLE = Console(width=None if sys.stdout.isatty() else 120)
_CHANCE = Random(1)


@dataclass(slots=True)
class Figures:
    """What was measured of one server, round by round."""

    loads: list[Loaded] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # seconds a request
    mebibytes: float = 0.0


async def _from_memory() -> list[Table]:
    database = connect(None, "peers")
    documents = await _filled(database)
    with TemporaryDirectory() as folder:
        write_world(Path(folder), documents)
        return await _measured("from memory", [folder])


async def _end_to_end() -> list[Table]:
    uri = os.environ.get("MONGODB_URI")
    if not uri:
        CONSOLE.print("End to end is left out: MONGODB_URI names no server.")
        return []
    async with fresh_database(uri) as database:
        with TemporaryDirectory() as folder:
            write_world(Path(folder), await _filled(database))
            return await _measured("end to end", [folder, uri, database.name])


async def _filled(database: Database) -> list[Document]:
    async for _ in migrate(database, now=utc_now()):
        pass
    await fill(database)
    found = await database["profiles"].find({}, sort=[("_id", -1)]).to_list()
    return found[: ROWS + 1]


async def _measured(title: str, arguments: Sequence[str]) -> list[Table]:
    with running(NAMES, FIRST_PORT, arguments) as servers:
        return [await _table(title, query, servers) for query in QUERIES]


async def _table(title: str, query: str, servers: Sequence[Server]) -> Table:
    body = json.dumps({"query": QUERIES[query], "variables": variables(query)}).encode()
    _compare(servers, body)
    request = http_request(body)
    for server in servers:
        await load(server.port, request, WARM_UP)
    figures = {server.name: Figures() for server in servers}
    for server in track(_turns(servers), f"{title}, {query}", console=CONSOLE):
        before = server.cpu_seconds
        loaded = await load(server.port, request, SECONDS)
        figures[server.name].loads.append(loaded)
        figures[server.name].cpu.append((server.cpu_seconds - before) / len(loaded.latencies))
    for server in servers:
        figures[server.name].mebibytes = server.mebibytes
    return _shown(f"Page of {ROWS} profiles x {FIELDS} {query}, {title}", figures)


def _compare(servers: Sequence[Server], body: bytes) -> None:
    first, *others = servers
    expected = first.ask(body)
    for server in others:
        answer = server.ask(body)
        assert answer == expected, f"{server.name} answers otherwise: {answer!s:.600}"
    CONSOLE.print(f"{len(servers)} servers give the same answer, {len(str(expected)):,} characters")


def _turns(servers: Sequence[Server]) -> list[Server]:
    turns: list[Server] = []
    for _ in range(ROUNDS):
        turns += _CHANCE.sample(servers, len(servers))
    return turns


def _shown(title: str, figures: dict[str, Figures]) -> Table:
    table = Table(title=title, title_justify="left")
    columns = ("req/s", "(least … most)", "of hand-written", "p50 ms", "p99 ms", "µs/field")
    table.add_column("")
    for column in (*columns, "CPU ms/req", "MiB"):
        table.add_column(column, justify="right")
    floor = [one.rate for one in figures[HAND_WRITTEN].loads]
    for name, found in figures.items():
        table.add_row(name, *_row(found, floor), style="bold" if name == OURS else None)
    return table


def _row(found: Figures, floor: Iterable[float]) -> tuple[str, ...]:
    rates = [one.rate for one in found.loads]
    rate = median(rates)
    return (
        f"{rate:,.0f}",
        f"({min(rates):,.0f} … {max(rates):,.0f})",
        f"{median(one / other for one, other in zip(rates, floor, strict=True)):.2f}",
        f"{median(one.percentile(0.50) for one in found.loads) * 1000:.1f}",
        f"{median(one.percentile(0.99) for one in found.loads) * 1000:.1f}",
        f"{1e6 / rate / ROWS / FIELDS:.2f}",
        f"{median(found.cpu) * 1000:.2f}",
        f"{found.mebibytes:.0f}",
    )


async def _main(parts: Iterable[str]) -> None:
    tables = [table for part in parts for table in await _PARTS[part]()]
    CONSOLE.print(*tables, sep="\n")


_PARTS = {"memory": _from_memory, "server": _end_to_end}

if __name__ == "__main__":
    if not (HERE / "node_modules").exists():
        sys.exit("The servers of Node are missing: make bench-peers fetches them with npm")
    keep_to(1)
    uvloop.run(_main([one for one in _PARTS if one in sys.argv[1:]] or _PARTS))
