"""Slow clients are cut off, and idle connections cost next to nothing."""

import asyncio
import os
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.descriptors import raise_limit
from app.web import patience
from app.web.answers import AnswerErrors
from app.web.patience import ImpatientProtocol, Patience

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

HEAD = b"POST / HTTP/1.1\r\nhost: server\r\ncontent-length: 4\r\n\r\n"


async def echo(request: Request) -> Response:
    """Answers with the body."""
    return PlainTextResponse(await request.body())


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """The port of a server that has little patience."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.3)
    async with serving() as port:
        yield port


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    """A server of its own in this process."""
    app = Starlette(
        routes=[Route("/", echo, methods=["POST"])],
        middleware=[Middleware(AnswerErrors, max_body_size=lambda _: 1000), Middleware(Patience)],
    )
    config = uvicorn.Config(app, port=0, http=ImpatientProtocol, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Streams]:
    """A connection to the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()


async def drip(writer: asyncio.StreamWriter, text: bytes, pause: float = 0.05) -> None:
    """Send a byte now and then, until the other end has had enough."""
    for byte in text:
        if writer.is_closing():
            return
        writer.write(bytes([byte]))
        await asyncio.sleep(pause)


async def answer_of(reader: asyncio.StreamReader, seconds: float = 5) -> bytes:
    """All that comes until the connection is closed."""
    async with asyncio.timeout(seconds):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def test_client_that_says_nothing_is_cut_off(port: int) -> None:
    async with connected(port) as (reader, _):
        assert await answer_of(reader) == b""


@pytest.mark.parametrize("text", [HEAD * 3, b"\r\n" * 100, b"GET /" + b"a" * 1000])
async def test_client_that_drips_the_head_is_cut_off(port: int, text: bytes) -> None:
    async with connected(port) as (reader, writer):
        dripping = asyncio.create_task(drip(writer, text))
        assert await answer_of(reader) == b""
        await dripping


async def test_client_that_drips_the_body_is_told(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(HEAD.replace(b"4", b"900"))
        dripping = asyncio.create_task(drip(writer, b"x" * 900))
        answer = await reader.readuntil(b"\r\n\r\n")  # of the rest it may be cut off
        await dripping

    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"connection: close" in answer


async def test_client_that_goes_on_dripping_after_its_answer_is_cut_off(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(HEAD.replace(b"4", b"2000"))  # is refused at once
        dripping = asyncio.create_task(drip(writer, b"x" * 2000))
        answer = await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b"}}")
        assert await answer_of(reader) == b""
        await dripping

    assert answer.startswith(b"HTTP/1.1 413")


async def test_client_that_is_quick_enough_may_come_again(port: int) -> None:
    async with connected(port) as (reader, writer):
        for _ in range(3):
            writer.write(HEAD + b"body")
            answer = await reader.readuntil(b"body")
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            await asyncio.sleep(0.2)  # longer than it would have had for one head alone


async def test_client_of_a_large_body_has_more_time(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "BODY_RATE", 100)
    async with connected(port) as (reader, writer):
        writer.write(HEAD.replace(b"4", b"400"))
        for _ in range(4):
            writer.write(b"x" * 100)
            await asyncio.sleep(0.15)
        answer = await reader.readuntil(b"x" * 400)

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


def held() -> tuple[int, int]:
    """File descriptors and bytes of memory of this process."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return len([*Path("/proc/self/fd").iterdir()]), pages * resource.getpagesize()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")
async def test_idle_connections_cost_little_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    count = int(os.environ.get("IDLE_CONNECTIONS", "300"))
    monkeypatch.setattr(patience, "HEAD_SECONDS", 3 + count / 300)
    raise_limit()
    async with serving() as port:
        async with connected(port) as (reader, writer):  # whatever the first one costs
            writer.write(HEAD + b"body")
            await reader.readuntil(b"body")
        before = held()
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
        during = held()
        started = time.monotonic()
        async with connected(port) as (reader, writer):
            writer.write(HEAD + b"body")
            await reader.readuntil(b"body")
        took = time.monotonic() - started
        ended: list[Any] = await asyncio.gather(*(answer_of(one, 60) for one, _ in idle))
        for _, writer in idle:
            writer.close()

    descriptors, memory = (after - earlier for after, earlier in zip(during, before, strict=True))
    print(f"{count} idle: {descriptors} descriptors, {memory // count} bytes each, {took:.3f} s")  # noqa: T201  # a figure of the README
    assert ended == [b""] * count
    assert descriptors <= 2 * count + 20  # both ends are in this process
    assert memory / count < 64 * 1024
    assert took < 1
