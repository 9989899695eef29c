"""Erasures, and what is remembered of who was erased. Pure.

To keep late events out, one has to recognise whom they are about. So each identifier of an erased
person is remembered as a hash under a secret key, with the time of the erasure: from the hash
nobody can be told, but whoever has the key can ask whether it is that of a person he names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from app.events.model import Event


@dataclass(frozen=True, slots=True)
class Erasure:
    """That somebody is to be erased, since when; not who."""

    id: str
    requested_at: datetime


def pseudonym(identifier: str, key: bytes) -> str:
    """What an identifier is remembered as."""
    return blake2b(identifier.encode(), key=key, digest_size=16).hexdigest()


def before(events: Iterable[Event], erased: Mapping[str, datetime]) -> set[str]:
    """The ids of events that happened before one of those whom they are about was erased.

    ``erased``: when, by identifier. What happened at that very moment happened before.
    """
    return {
        one.id
        for one in events
        if any(name in erased and one.time <= erased[name] for name in one.identifiers)
    }
