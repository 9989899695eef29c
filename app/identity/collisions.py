"""Collisions: identifiers that events name together although they belong to different people. Pure.

One collision is an identifier of somebody, and whom events with it were about instead.
"""

from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.identity.model import principal


@dataclass(frozen=True, slots=True)
class Collision:
    """``identifier`` stayed with its owner; the events, between these times, are ``about``."""

    identifier: str
    about: str
    first_at: datetime
    last_at: datetime


def collide(
    found: MutableMapping[tuple[str, str], Collision],
    identifiers: Sequence[str],
    apart: Iterable[str],
    time: datetime,
) -> None:
    """Take an event with identifiers that are ``apart`` from whom it is about into account."""
    about = principal(identifiers)
    for identifier in apart:
        known = found.get((identifier, about)) or Collision(identifier, about, time, time)
        first, last = min(known.first_at, time), max(known.last_at, time)
        found[identifier, about] = Collision(identifier, about, first, last)
