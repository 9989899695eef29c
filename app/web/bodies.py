"""Bodies as they were before the sender compressed them, within a limit.

A kilobyte of a decompression bomb holds a megabyte of nothing: what comes out is bounded, and how
much more it may be than what came in. It is decompressed as it comes, in small steps, so that
nobody else waits meanwhile.
"""

import asyncio
import zlib

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.web.room import Take, room_of

MAX_PLAIN = 16 * 1024 * 1024
"""Bytes that a body may have when decompressed: as many as one that comes plain."""

MAX_RATIO = 200
"""How many times larger a body may become; events of one page become up to 50 times as large."""

FREE = 1024 * 1024
"""Bytes from which on the ratio counts: small bodies of one repeated word are harmless."""

MAX_PARTS = 100
"""Parts of a body, one behind the other; SDKs send one."""

_STEP = 256 * 1024
_ANY = 32 + zlib.MAX_WBITS
"""zlib finds out itself whether it is gzip or deflate."""


async def plain_body(request: Request, encoding: str | None = None) -> bytes:
    """The body; ``encoding``: how it is compressed where no header says so.

    One that ends early is as long as it is.
    """
    named = (encoding or request.headers.get("content-encoding", "identity")).strip().lower()
    if named in ("", "identity"):
        return await request.body()
    if named not in ("gzip", "x-gzip", "deflate"):
        raise HTTPException(415, "Unsupported Content-Encoding: gzip or deflate is taken")
    inflating = Inflating(room_of(request.scope))
    async for chunk in request.stream():
        inflating.feed(chunk)
        while inflating.step():  # noqa: ASYNC110  # nothing is waited for
            await asyncio.sleep(0)  # others have their turn
    return bytes(inflating.plain)


class Inflating:
    """A compressed body on its way; it may be of several parts, one behind the other.

    ``take``: takes room for what comes out of it.
    """

    def __init__(self, take: Take) -> None:
        self.plain = bytearray()
        self._take = take
        self._received = 0
        self._parts = 1
        self._waiting = b""
        self._part = zlib.decompressobj(_ANY)

    def feed(self, chunk: bytes) -> None:
        """Take what has come."""
        self._received += len(chunk)
        self._waiting += chunk

    def step(self) -> bool:
        """Decompress a little; whether there is more."""
        if self._part.eof and self._waiting:
            self._begin_part()
        try:
            found = self._part.decompress(self._waiting, _STEP)
        except zlib.error:
            raise HTTPException(400, "The body is not compressed as it says") from None
        self._waiting = self._part.unconsumed_tail or self._part.unused_data
        self._add(found)
        return bool(self._waiting) or len(found) == _STEP

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise HTTPException(413, "Content Too Large")
        self._part = zlib.decompressobj(_ANY)

    def _add(self, found: bytes) -> None:
        size = len(self.plain) + len(found)
        if size > MAX_PLAIN or (size > FREE and size > self._received * MAX_RATIO):
            raise HTTPException(413, "Content Too Large")
        self._take(len(found))
        self.plain += found
