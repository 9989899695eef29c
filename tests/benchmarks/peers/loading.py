"""Load: connections that send a request as soon as the one before is answered.

Written upon the bare protocol, so that it takes a fraction of what any server does.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

from typing_extensions import override

CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Loaded:
    """How long each request took, in seconds, in a time of load."""

    seconds: float
    latencies: Sequence[float]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Seconds in which this share of the requests was answered."""
        return sorted(self.latencies)[int(share * (len(self.latencies) - 1))]


async def load(port: int, request: bytes, seconds: float) -> Loaded:
    """Keep a server busy."""
    loop, started = asyncio.get_running_loop(), perf_counter()
    connections = [
        _Connection(request, started + seconds, loop.create_future()) for _ in range(CONNECTIONS)
    ]
    for one in connections:
        await loop.create_connection(lambda one=one: one, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(one.done for one in connections))
    took = perf_counter() - started
    return Loaded(took, [latency for one in connections for latency in one.latencies])


@dataclass(eq=False)
class _Connection(asyncio.Protocol):
    request: bytes
    until: float
    done: "asyncio.Future[None]"
    latencies: list[float] = field(default_factory=list)
    sent: float = 0.0
    head: bytes = b""
    missing: int | None = None  # of the body; below zero: it ends with an empty chunk
    tail: bytes = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.send()

    def send(self) -> None:
        self.head, self.tail, self.missing = b"", b"", None
        self.sent = perf_counter()
        self.transport.write(self.request)

    @override
    def data_received(self, data: bytes) -> None:
        if self.missing is None:
            self.head += data
            head, end, data = self.head.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self.fail(head)
                return
            self.missing = _length(head.lower())
        if self.missing < 0:
            self.tail = (self.tail + data)[-7:]
            if self.tail.endswith(b"\r\n0\r\n\r\n"):
                self.answered()
            return
        self.missing -= len(data)
        if not self.missing:
            self.answered()

    def answered(self) -> None:
        now = perf_counter()
        self.latencies.append(now - self.sent)
        if now < self.until:
            self.send()
        else:
            self.transport.close()
            self.done.set_result(None)

    def fail(self, head: bytes) -> None:
        self.transport.close()
        self.done.set_exception(RuntimeError(head.decode()))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server has closed the connection"))


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return -1


def http_request(body: bytes) -> bytes:
    """A request as it goes over the wire."""
    lines = (
        "POST /graphql HTTP/1.1",
        "host: 127.0.0.1",
        "content-type: application/json",
        "accept: application/json",
        f"content-length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body
