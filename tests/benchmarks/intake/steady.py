"""From the bytes of a request to its answer, while requests come at a steady pace.

The server is a process of its own, as users start it. Each request is sent when it is due, however
long others take, and its time counts from then: a server that falls behind cannot hide it.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from statistics import quantiles

import httpx

from tests.benchmarks.databases import fresh_database
from tests.benchmarks.intake.messages import AGENT, Format

HOST = "127.0.0.1"
PORT = 8791
_STARTING = 60


async def latencies(uri: str, form: Format, *, rate: float, seconds: float) -> list[float]:
    """Milliseconds until each request was acknowledged, at ``rate`` messages a second."""
    async with fresh_database(uri) as database, server(uri, database.name) as (client, _):
        return await paced(client, form, rate=rate, seconds=seconds)


async def paced(
    client: httpx.AsyncClient, form: Format, *, rate: float, seconds: float, round_number: int = 0
) -> list[float]:
    """The same, of a server that is there."""
    pause, bodies = form.size / rate, _endless(form, round_number)
    await _send(client, form, next(bodies), time.perf_counter())  # opens what has to be opened
    started = time.perf_counter()
    sending = []
    for number in range(int(seconds / pause)):
        due = started + number * pause
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        sending.append(asyncio.create_task(_send(client, form, next(bodies), due)))
    return await asyncio.gather(*sending)


def percentiles(values: list[float]) -> tuple[float, float]:
    """The median, and what all but one of a hundred stay below."""
    cuts = quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _endless(form: Format, number: int) -> Iterator[bytes]:
    while True:
        yield from form.bodies(number)
        number += 1


async def _send(client: httpx.AsyncClient, form: Format, body: bytes, due: float) -> float:
    answer = await client.post(form.path, content=body, headers={"user-agent": AGENT})
    answer.raise_for_status()
    return (time.perf_counter() - due) * 1000


@asynccontextmanager
async def server(uri: str, database: str) -> AsyncIterator[tuple[httpx.AsyncClient, int]]:
    """A server that is ready, as a client of it, and the number of its process."""
    url = f"http://{HOST}:{PORT}"
    limits = httpx.Limits(max_connections=None, keepalive_expiry=4)
    with _started(uri, database) as process:
        async with httpx.AsyncClient(
            base_url=url, trust_env=False, timeout=60, limits=limits
        ) as client:
            await _until_ready(client)
            yield client, process


@contextmanager
def _started(uri: str, database: str) -> Iterator[int]:
    place = {"HOST": HOST, "PORT": str(PORT)}
    settings = {"MONGODB_URI": uri, "MONGODB_DATABASE": database, **place}
    command = [sys.executable, "-m", "app.cli", "serve"]
    environment = {**os.environ, **settings}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


async def _until_ready(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(_STARTING):
        while True:
            try:
                (await client.get("/ready")).raise_for_status()
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
            else:
                return
