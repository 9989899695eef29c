"""Stands between the service and its server: goes away, is slow, fails commands, loses answers.

It speaks just enough of MongoDB's wire protocol to know a command by its name, so it works with
any server, and disturbs nobody but those who connect to it. It runs in a thread of its own.
"""

import asyncio
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

import bson

T = TypeVar("T")

Way: TypeAlias = Literal["unsent", "unheard"] | int
"""The command never arrives; or is done, but nobody hears of it; or fails with this code."""

_HEADER = struct.Struct("<iiii")
_OP_MSG = 2013


@dataclass
class Fault:
    """What becomes of one command of this name, after so many that went well."""

    command: str
    way: Way
    after: int = 0


class Proxy:
    """A server that has its moods."""

    def __init__(self, uri: str) -> None:
        place = urlsplit(uri)
        self._upstream = place.hostname or "127.0.0.1", place.port or 27017
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self.port = 0
        self.delay = 0.0
        self.fault: Fault | None = None

    @property
    def uri(self) -> str:
        """Where the service connects to."""
        return f"mongodb://127.0.0.1:{self.port}/"

    def come(self) -> None:
        """Listen, at the same port as before."""
        self._do(self._come())

    def go(self) -> None:
        """Be away: all connections end, and nobody listens."""
        self._do(self._go())

    def end(self) -> None:
        """Go for good."""
        self.go()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _come(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _go(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for writer, task in list(self._open.items()):
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*self._open.values(), return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task, "it runs in one"
        self._open[writer] = task
        try:
            await self._connect(reader, writer)
        except (ConnectionError, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            del self._open[writer]

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        above, upstream = await asyncio.open_connection(*self._upstream)
        unheard: set[int] = set()
        pumps = [
            asyncio.create_task(self._ask(reader, writer, upstream, unheard)),
            asyncio.create_task(self._answer(above, writer, unheard)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            upstream.transport.abort()  # first: what waits here may be cancelled once more
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _ask(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        upstream: asyncio.StreamWriter,
        unheard: set[int],
    ) -> None:
        while True:
            number, _, message = await _message(reader)
            match self._way(_command(message)):
                case "unsent":
                    return
                case int() as code:
                    writer.write(_failure(number, code))
                    continue
                case "unheard":
                    unheard.add(number)
                case None:
                    pass
            upstream.write(message)
            await upstream.drain()

    async def _answer(
        self, above: asyncio.StreamReader, writer: asyncio.StreamWriter, unheard: set[int]
    ) -> None:
        while True:
            _, answered, message = await _message(above)
            if answered in unheard:
                return
            if self.delay:
                await asyncio.sleep(self.delay)
            writer.write(message)
            await writer.drain()

    def _way(self, command: str) -> Way | None:
        fault = self.fault
        if fault is None or fault.command != command:
            return None
        if fault.after:
            fault.after -= 1
            return None
        self.fault = None
        return fault.way


@contextmanager
def moody(uri: str) -> Iterator[Proxy]:
    """A proxy in front of a server."""
    proxy = Proxy(uri)
    proxy.come()
    try:
        yield proxy
    finally:
        proxy.end()


async def _message(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    """Number, number of the request that is answered, and all bytes of a message."""
    header = await reader.readexactly(_HEADER.size)
    length, number, answered, _ = _HEADER.unpack(header)
    return number, answered, header + await reader.readexactly(length - _HEADER.size)


def _command(message: bytes) -> str:
    """The first name in the first document; none for handshakes of old."""
    if _HEADER.unpack_from(message)[3] != _OP_MSG:
        return ""
    name = message[_HEADER.size + 4 + 1 + 4 + 1 :]  # flags, kind, length of document, type
    return name[: name.index(b"\x00")].decode()


def _failure(number: int, code: int) -> bytes:
    body = b"\x00\x00\x00\x00\x00" + bson.encode({"ok": 0.0, "errmsg": "as asked", "code": code})
    return _HEADER.pack(_HEADER.size + len(body), 1, number, _OP_MSG) + body
