"""How long clients wait beside thousands of connections on which nothing is sent.

The server ends such a connection after ten seconds; all of this takes less.
"""

import asyncio
import resource
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.databases import fresh_database
from tests.benchmarks.intake.messages import Format
from tests.benchmarks.intake.steady import HOST, PORT, paced, server

_SECONDS = 4.0
_AT_ONCE = 250

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Beside:
    """Milliseconds until requests were acknowledged, without and beside idle connections.

    ``held``: connections that were open to the end; ``memory``: what the server took for them.
    """

    alone: list[float]
    beside: list[float]
    held: int
    memory: int


async def beside_idle(uri: str, form: Format, *, rate: float, count: int) -> Beside:
    """The same requests twice, the second time while connections are idle."""
    async with fresh_database(uri) as database, server(uri, database.name) as (client, process):
        alone = await paced(client, form, rate=rate, seconds=_SECONDS)
        before = _memory(process)
        idle = await _opened(count)
        memory = _memory(process) - before
        beside = await paced(client, form, rate=rate, seconds=_SECONDS, round_number=1000)
        held = sum(not reader.at_eof() for reader, _ in idle)
        for _, writer in idle:
            writer.close()
    return Beside(alone, beside, held, memory)


async def _opened(count: int) -> list[Connection]:
    opened: list[Connection] = []
    while missing := min(_AT_ONCE, count - len(opened)):
        opened += await asyncio.gather(
            *(asyncio.open_connection(HOST, PORT) for _ in range(missing))
        )
    return opened


def _memory(process: int) -> int:
    pages = int(Path(f"/proc/{process}/statm").read_text("utf-8").split()[1])
    return pages * resource.getpagesize()
