"""Requests that wait take room, and there is only so much of it."""

import asyncio
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.errors import OverloadedError
from app.web.bodies import plain_body
from app.web.room import Room
from tests.web.serving import client_of


def a_server(waiting: asyncio.Event, room: int = 10) -> Starlette:
    """Reads what it is sent, then waits; it has room for ten bytes, or for more."""

    async def take(request: Request) -> Response:
        body = await plain_body(request)
        await waiting.wait()
        return PlainTextResponse(str(len(body)))

    app = Starlette(routes=[Route("/", take, methods=["POST"])])
    app.add_middleware(Room, size=room)
    return app


async def in_pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size):
        yield b"x"


@pytest.mark.parametrize("announced", [True, False])
async def test_request_beyond_the_room_is_refused_until_others_are_done(*, announced: bool) -> None:
    waiting = asyncio.Event()

    def post(client: httpx.AsyncClient, size: int) -> "asyncio.Task[httpx.Response]":
        content = b"x" * size if announced else in_pieces(size)
        return asyncio.create_task(client.post("/", content=content))

    async with client_of(a_server(waiting), strict=True) as client:
        first = post(client, 6)
        await asyncio.sleep(0.05)
        with pytest.raises(OverloadedError, match="send the batch again later"):
            await post(client, 6)
        second = post(client, 4)
        await asyncio.sleep(0.05)
        waiting.set()
        answers = [(await one).text for one in (first, second, post(client, 10))]

    assert answers == ["6", "4", "10"]


async def test_request_larger_than_the_room_is_taken_alone() -> None:
    waiting = asyncio.Event()
    waiting.set()

    async with client_of(a_server(waiting), strict=True) as client:
        answer = await client.post("/", content=b"x" * 50)

    assert answer.text == "50"


async def test_bodies_take_the_room_that_they_have_when_decompressed() -> None:
    waiting = asyncio.Event()
    body, headers = zlib.compress(b"x" * 1000), {"content-encoding": "deflate"}

    async with client_of(a_server(waiting, 1500), strict=True) as client:
        first = asyncio.create_task(client.post("/", content=body, headers=headers))
        await asyncio.sleep(0.05)
        with pytest.raises(OverloadedError, match="send the batch again later"):
            await client.post("/", content=body, headers=headers)
        waiting.set()
        done = await first
        again = await client.post("/", content=body, headers=headers)

    assert [done.text, again.text] == ["1000", "1000"]
