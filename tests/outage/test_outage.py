"""A server whose database goes away, is slow, or is too far behind; and one that is told to stop.

Clients send each batch until it is taken. ``OUTAGE_SECONDS`` sets how long the database is away;
with ``-s`` the figures are printed.
"""

import asyncio
import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from app.aggregation.monoids import Aggregation
from app.services import compose, utc_now
from app.settings import Settings
from app.storage.client import Database, close, connect
from app.values import DataType
from migrations.runner import migrate
from tests.building import about
from tests.cli.running import free_port, serving
from tests.conftest import URI
from tests.living import Clock, World, show
from tests.outage.proxy import Proxy, moody
from tests.truth import assert_equal_to_ledger

OUTAGE_SECONDS = float(os.environ.get("OUTAGE_SECONDS", "3"))
MEBIBYTE = 1024 * 1024

pytestmark = [pytest.mark.server, pytest.mark.slow]


@dataclass
class Clients:
    """Clients of one server; each sends a batch again until it is taken."""

    url: str
    taken: dict[str, float] = field(default_factory=dict)
    """When each batch was acknowledged, by its name."""
    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    resent: int = 0

    async def send(self, client: httpx.AsyncClient, name: str, size: int = 10) -> None:
        """Send a batch until it is taken."""
        lines = b"\n".join(an_event(f"{name}-{one}", name) for one in range(size))
        while name not in self.taken:
            await self._try(client, name, lines)

    async def _try(self, client: httpx.AsyncClient, name: str, lines: bytes) -> None:
        began = monotonic()
        try:
            response = await client.post(f"{self.url}/v1/events", content=lines)
        except httpx.TransportError:
            self.answers["none"] += 1
            await asyncio.sleep(0.1)
            return
        self.slowest = max(self.slowest, monotonic() - began)
        answer = response.json()
        if response.status_code == 200:
            assert answer["rejected"] == []
            self.taken[name] = monotonic()
            return
        assert (response.status_code, response.headers["retry-after"]) == (503, "1"), answer
        self.answers[answer["error"]["code"]] += 1
        self.resent += 1
        await asyncio.sleep(0.2)


@pytest.fixture
async def world(database: Database) -> World:
    """A database with an attribute that counts events; the clock is the real one."""
    async for _ in migrate(database, now=utc_now()):
        pass
    world = World(database, compose(database, Settings()), Clock(utc_now()))
    await world.define("counted", Aggregation.SUM, DataType.NUMBER)
    return world


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A database server with moods."""
    assert URI, "the test is for servers"
    with moody(URI) as started:
        yield started


@contextmanager
def server(proxy: Proxy, world: World, **settings: str) -> Iterator[tuple[Any, str]]:
    """A process of the service behind the proxy, and its address."""
    port = free_port()
    usual = {"LOG_FORMAT": "json", "MONGODB_DATABASE": world.database.name}
    with serving(port, MONGODB_URI=proxy.uri, **(usual | settings)) as process:
        yield process, f"http://127.0.0.1:{port}"


def an_event(event_id: str, who: str) -> bytes:
    fields = {"id": event_id, "type": "CUSTOM", "time": "2026-01-01T00:00:00Z", "cookieId": who}
    return json.dumps(fields | {"properties": {"counted": 1}}).encode()


async def assert_exact(world: World, clients: Clients, size: int = 10) -> None:
    """Each acknowledged event is there and counts once."""
    heir = World(world.database, compose(world.database, Settings()), Clock(utc_now()))
    while await heir.services.recover():
        pass
    await assert_equal_to_ledger(heir)
    ledger = {entry.event.id for entry in await heir.entries()}
    assert ledger == {f"{name}-{one}" for name in clients.taken for one in range(size)}
    counted = [show(*one.attributes["counted"]) for one in (await heir.folds()).values()]
    assert sum(counted, Decimal()) == len(ledger)


def logged(process: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    """Every line of the log of a server that is told to stop."""
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=40)
    return [json.loads(line) for line in told.splitlines() if line.startswith("{")]


async def test_database_that_goes_away_costs_no_event(world: World, proxy: Proxy) -> None:
    with server(proxy, world) as (process, url):
        clients = Clients(url)
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            ends = asyncio.Event()

            async def go_on(client: int) -> None:
                number = 0
                while not ends.is_set():
                    await clients.send(http, f"c{client}-{number}")
                    number += 1

            sending = [asyncio.create_task(go_on(one)) for one in range(6)]
            await asyncio.sleep(1)
            await asyncio.to_thread(proxy.go)
            await asyncio.sleep(OUTAGE_SECONDS)
            back = monotonic()
            await asyncio.to_thread(proxy.come)
            await asyncio.sleep(4)
            ends.set()
            await asyncio.gather(*sending)
        lines = await asyncio.to_thread(logged, process)

    recovered = min(when for when in clients.taken.values() if when > back) - back
    print(f"\naway {OUTAGE_SECONDS:g} s, recovered after {recovered:.2f} s, {len(clients.taken)} ")
    print(f"batches, answers {dict(clients.answers)}, slowest {clients.slowest:.1f} s")
    print(Counter(line["event"] for line in lines))
    assert recovered < 3
    assert clients.slowest < 20
    assert clients.answers["STORE_UNAVAILABLE"] > 0
    assert [one for one in lines if one["level"] == "error"] == []
    assert len(lines) < 16, "however long it was"
    await assert_exact(world, clients)


async def test_slow_database_makes_clients_wait_and_no_memory_grow(
    world: World, proxy: Proxy
) -> None:
    with server(proxy, world, INGESTION_LANES="2", INGESTION_QUEUE="4") as (process, url):
        clients = Clients(url)
        before = memory(process.pid)
        proxy.delay = 0.05
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as http:
            await asyncio.gather(*(clients.send(http, f"b{one}") for one in range(16)))
        proxy.delay = 0
        grown = memory(process.pid) - before

    print(f"\nresent {clients.resent}, grown by {grown // MEBIBYTE} MiB")
    assert clients.answers["OVERLOADED"] > 5
    assert grown < 50 * MEBIBYTE
    await assert_exact(world, clients)


async def test_bodies_that_wait_are_bounded(world: World, proxy: Proxy) -> None:
    blank = b"\n" * (12 * MEBIBYTE)
    with server(proxy, world, INGESTION_LANES="1") as (process, url):
        before = memory(process.pid)
        proxy.delay = 0.1
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            sent = [an_event(f"big-{one}", "big") + blank for one in range(30)]
            posts = (http.post(f"{url}/v1/events", content=one) for one in sent)
            answers = await asyncio.gather(*posts)
        proxy.delay = 0
        grown = memory(process.pid) - before

    statuses = Counter(one.status_code for one in answers)
    refused = {
        (one.json()["error"]["code"], one.headers["retry-after"])
        for one in answers
        if one.status_code == 503
    }
    print(f"\n{dict(statuses)}, grown by {grown // MEBIBYTE} MiB")
    assert set(statuses) == {200, 503}
    assert refused == {("OVERLOADED", "1")}
    assert grown < 600 * MEBIBYTE


async def test_server_that_is_told_to_stop_finishes_and_hands_over(
    world: World, proxy: Proxy
) -> None:
    with server(proxy, world) as (process, url):
        clients = Clients(url)
        proxy.delay = 0.05
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            sending = [asyncio.create_task(clients.send(http, f"b{one}")) for one in range(12)]
            await asyncio.sleep(0.6)
            process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0)
            done, left = await asyncio.wait(sending, timeout=5)
        for one in left:
            one.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.to_thread(process.wait, 40)

    lanes = await world.documents("lanes")
    assert done, "what was under way was finished"
    assert {(lane["owner"], lane["state"]) for lane in lanes} <= {(None, "idle")}
    await assert_exact(world, clients)


async def test_lanes_in_debt_are_handed_over_at_once(world: World, proxy: Proxy) -> None:
    """The process gives up in the middle of its batches; another one does what it owes."""
    there = connect(proxy.uri, world.database.name)
    service = compose(there, Settings())
    proxy.delay = 0.1
    batches = [
        asyncio.create_task(service.ingestion.ingest([about(f"e{one}", "x:a")])) for one in range(4)
    ]
    await asyncio.sleep(0.9)
    for one in batches:
        one.cancel()
    await asyncio.gather(*batches, return_exceptions=True)
    await service.close()
    await close(there)

    lanes = await world.documents("lanes")
    assert {lane["owner"] for lane in lanes} == {None}
    assert {lane["state"] for lane in lanes} != {"idle"}
    await world.services.recover()
    assert {lane["state"] for lane in await world.documents("lanes")} == {"idle"}
    await assert_equal_to_ledger(world)


def memory(process: int) -> int:
    """The most bytes that a process has had in memory."""
    status = Path(f"/proc/{process}/status").read_text()
    [peak] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(peak.split()[1]) * 1024
