"""Values that remember when they happened.

A profile is a fold over events that arrive late, twice and out of order. A stamped value
carries its place in one total order, so the order of arrival cannot matter.
"""

from datetime import datetime
from hashlib import blake2b

import msgspec

from app.values import Value

MAX_POSITIONS = 1000
"""Values that one event may carry for one attribute; as many as a list keeps."""

MAX_SEQUENCE = 2**52
"""Sequences are smaller than this, so that sequence and position fit in 64 bits."""

_POSITION_BITS = 10
_HASH_BITS = 52


class Stamped(msgspec.Struct, frozen=True, order=True, gc=False):
    """A value with its stamp; compared field by field, as BSON compares ``{t, n, v}``.

    A batch has tens of thousands: a compiled struct is made in a tenth of a tuple's time.
    """

    time: datetime
    tie: int
    value: Value


def tie_break(event_id: str, sequence: int | None) -> int:
    """What decides between events of the same time: the sequence, else a hash of the id."""
    if sequence is not None:
        return sequence << _POSITION_BITS
    digest = blake2b(event_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> (64 - _HASH_BITS) << _POSITION_BITS
