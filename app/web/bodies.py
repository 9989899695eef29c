"""Bodies as they were before the sender compressed them, within a limit.

A kilobyte of a decompression bomb holds a megabyte of nothing: what comes out is bounded, not
only what comes in.
"""

import zlib

from starlette.exceptions import HTTPException
from starlette.requests import Request

MAX_PLAIN = 16 * 1024 * 1024
"""Bytes that a body may have when decompressed: as many as one that comes plain."""

_ANY = 32 + zlib.MAX_WBITS
"""zlib finds out itself whether it is gzip or deflate."""


async def plain_body(request: Request, encoding: str | None = None) -> bytes:
    """The body; ``encoding``: how it is compressed where no header says so."""
    named = encoding or request.headers.get("content-encoding", "identity")
    body = await request.body()
    return decompressed(body, named.strip().lower())


def decompressed(body: bytes, encoding: str) -> bytes:
    """The plain body; one that ends early is as long as it is."""
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise HTTPException(415, "Unsupported Content-Encoding: gzip or deflate is taken")
    plain = bytearray()
    try:
        while body and len(plain) <= MAX_PLAIN:
            member = zlib.decompressobj(_ANY)
            plain += member.decompress(body, MAX_PLAIN + 1 - len(plain))
            body = member.unused_data
    except zlib.error:
        raise HTTPException(400, "The body is not compressed as it says") from None
    if len(plain) > MAX_PLAIN:
        raise HTTPException(413, "Content Too Large")
    return bytes(plain)
