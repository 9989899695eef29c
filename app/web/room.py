"""How much of what clients send is held at the same time, however many they are.

A batch waits in memory for its lane, as large as it was sent and several times as large as
events. So there is room for so many bytes; whoever comes beyond it is told to come again, before
its body is read where it says its length.
"""

from collections.abc import Callable
from typing import TypeAlias, cast

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import OverloadedError
from app.web.uploads import is_upload

MEBIBYTE = 1024 * 1024

ROOM = 64 * MEBIBYTE
"""Bytes of bodies: four of the largest requests, or two hundred usual batches of 1,000 events."""


_TAKE = "profilegraph.room"

Take: TypeAlias = Callable[[int], None]
"""Takes room for so many bytes more, until the request is answered."""


def room_of(scope: Scope) -> Take:
    """Takes room for what a request becomes, where that is more than was sent."""
    return cast("Take", scope.get(_TAKE, _unbounded))


def _unbounded(_bytes: int) -> None:
    """Without the middleware there is no end of it."""


class Room:
    """Refuses requests while those that are being answered take all the room."""

    def __init__(self, app: ASGIApp, size: int = ROOM) -> None:
        self._app = app
        self._size = size
        self._taken = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_upload(scope):  # files wait on disk
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        mine = self._take(int(announced) if announced.isdecimal() else 0)
        read = 0

        async def receiving() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > mine:
                take(read - mine)
            return message

        def take(more: int) -> None:
            nonlocal mine
            mine += self._take(more)

        scope[_TAKE] = take
        try:
            await self._app(scope, receiving, send)
        finally:
            self._taken -= mine

    def _take(self, more: int) -> int:
        """Take so much; one request always fits."""
        if more and self._taken and self._taken + more > self._size:
            raise OverloadedError(self._taken // MEBIBYTE, "MiB of requests")
        self._taken += more
        return more
