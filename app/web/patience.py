"""Connections of clients that take too long to say what they want are ended.

Whoever sends a request byte by byte, or opens connections and is silent, would else hold memory
and file descriptors for ever. The time for the head of a request is counted by the connection,
the time for its body by the application, which can still answer.
"""

import asyncio
from asyncio import TimerHandle, Transport

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
"""From a connection, or its last answer and the first byte after that, to a whole head."""

BODY_SECONDS = 30.0
"""That a server waits for the bytes of a body in all, however few there are."""

BODY_RATE = 16 * 1024
"""Bytes for which it waits a second longer; the slowest of mobile networks are that fast."""


class ImpatientProtocol(HttpToolsProtocol):
    """HTTP, for clients that begin to speak in time."""

    _late: TimerHandle | None = None

    @override
    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait_for_head()

    @override
    def data_received(self, data: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete:  # type: ignore[redundant-expr]  # None at first
            self._wait_for_head()
        super().data_received(data)

    @override
    def on_headers_complete(self) -> None:
        self._wait_no_more()
        super().on_headers_complete()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        """Bytes that come meanwhile win no time."""
        if self._late is None:
            self._late = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class Patience:
    """Answers 408 to whoever sends a body too slowly; our own time is not counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        waiting = _Waiting(receive) if scope["type"] == "http" else None
        await self._app(scope, waiting.receive if waiting else receive, send)


class _Waiting:
    """One body, and how long it may still take."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._left = BODY_SECONDS
        self._is_complete = False

    async def receive(self) -> Message:
        if self._is_complete:  # whoever waits for the client to leave waits as long as it stays
            return await self._receive()
        message = await self._in_time()
        self._left += len(message.get("body", b"")) / BODY_RATE
        self._is_complete = not message.get("more_body", False)
        return message

    async def _in_time(self) -> Message:
        loop = asyncio.get_running_loop()
        since = loop.time()
        try:
            async with asyncio.timeout(self._left):
                return await self._receive()
        except TimeoutError:
            raise HTTPException(408, headers={"connection": "close"}) from None
        finally:
            self._left -= loop.time() - since
