"""Compressed bodies: as they were, or refused before they hurt."""

import gzip
import random
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from app.web.bodies import FREE, MAX_PARTS, MAX_PLAIN, MAX_RATIO, Inflating

LINE = b'{"type": "view", "date": 1700000000000}\n'
COMPRESS: list[Callable[[bytes], bytes]] = [zlib.compress, gzip.compress]


def inflated(body: bytes, size: int = 64 * 1024) -> Inflating:
    """The body after it has come in chunks of this size."""
    inflating = Inflating(lambda _: None)
    come_in(inflating, body, size)
    return inflating


def come_in(inflating: Inflating, body: bytes, size: int) -> None:
    """Take a body in chunks of this size."""
    for first in range(0, len(body), size):
        inflating.feed(body[first : first + size])
        while inflating.step():
            pass


def refusal(body: bytes) -> tuple[int, int]:
    """With which status a body is refused, and how much of it was decompressed by then."""
    inflating = Inflating(lambda _: None)
    with pytest.raises(HTTPException) as refused:
        come_in(inflating, body, 1000)
    return refused.value.status_code, len(inflating.plain)


@pytest.mark.parametrize("compress", COMPRESS)
@given(plain=st.binary(max_size=2000), size=st.integers(1, 100))
def test_body_is_what_it_was_in_whatever_chunks_it_comes(
    compress: Callable[[bytes], bytes], plain: bytes, size: int
) -> None:
    assert bytes(inflated(compress(plain), size).plain) == plain
    assert bytes(inflated(compress(plain) + gzip.compress(plain), size).plain) == plain * 2


@pytest.mark.parametrize("compress", COMPRESS)
def test_large_body_is_what_it_was(compress: Callable[[bytes], bytes]) -> None:
    chance = random.Random(7)
    plain = b"".join(LINE + chance.randbytes(50) for _ in range(100_000))

    assert bytes(inflated(compress(plain)).plain) == plain


def test_body_that_ends_early_is_as_long_as_it_is() -> None:
    plain = LINE * 1000
    found = bytes(inflated(zlib.compress(plain)[:-20]).plain)

    assert found
    assert plain.startswith(found)


@pytest.mark.parametrize("compress", COMPRESS)
def test_bomb_is_refused_after_little_of_it(compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(b"0" * (256 * 1024 * 1024))
    status, plain = refusal(bomb)

    assert status == 413
    assert plain <= FREE + 256 * 1024


def test_bomb_in_a_bomb_is_refused_as_one() -> None:
    inner = gzip.compress(b"0" * MAX_PLAIN)
    status, _ = refusal(gzip.compress(inner * MAX_RATIO))

    assert status == 413


def test_body_of_more_than_its_size_is_refused() -> None:
    noise = random.Random(7).randbytes(MAX_PLAIN + 1)

    assert refusal(zlib.compress(noise))[0] == 413
    assert len(inflated(zlib.compress(noise[:-1])).plain) == MAX_PLAIN


def test_body_of_very_many_parts_is_refused() -> None:
    assert len(inflated(gzip.compress(LINE) * MAX_PARTS).plain) == len(LINE) * MAX_PARTS
    assert refusal(gzip.compress(b"") * (MAX_PARTS + 1))[0] == 413


@given(st.binary(max_size=200))
def test_any_bytes_are_a_body_or_refused(body: bytes) -> None:
    with suppress(HTTPException):
        inflated(body)
