"""When somebody comes to the demo shop, on which device, and whether they log in. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random

from app.demo.people import Device, Shopper

DAYS = 60
"""How far back the story goes."""

LONGEST = timedelta(hours=1)
"""No visit takes longer; so one that begins this long before now is over by now."""

_HOURS = range(24)
_BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 7, 10, 12, 12, 11, 11, 10, 10, 10, 9, 9, 10, 12, 13, 11, 6, 3)
"""How busy the shop is at each hour of the visitor's own day."""


class Login(Enum):
    """What the shop knows of a member during one visit."""

    NEVER = auto()
    MIDWAY = auto()
    ALREADY = auto()


@dataclass(frozen=True, slots=True)
class Visit:
    """One session."""

    device: Device
    login: Login


def plan_visits(chance: Random, shopper: Shopper, *, regular: bool) -> list[Visit]:
    """All visits of a shopper: heavy-tailed, most people come once or twice."""
    if shopper.member is None:
        drawn = int(chance.lognormvariate(0.3, 0.5))
        return [Visit(shopper.devices[0], Login.NEVER)] * max(1, drawn)
    returns = 12 if regular else min(40, int(chance.lognormvariate(0.1, 1.05)))
    visits: list[Visit] = []
    for device in shopper.devices:
        visits += _introduction(chance, device)
        share = returns if device is shopper.devices[-1] else chance.randint(0, returns)
        returns -= share
        visits += _returns(chance, shopper, device, share)
    return visits


def start_times(
    chance: Random, now: datetime, *, visits: int, utc_offset: int
) -> Iterator[datetime]:
    """When each visit begins, in order: on different days, at an hour when people are awake."""
    oldest = chance.randint(visits - 1, DAYS - 2)
    for age in sorted(chance.sample(range(oldest + 1), visits), reverse=True):
        latest = now - timedelta(days=age) - LONGEST
        (local_hour,) = chance.choices(_HOURS, _BY_HOUR)
        minutes, milliseconds = chance.randrange(60), chance.randrange(60_000)
        start = latest.replace(
            hour=(local_hour - utc_offset) % 24, minute=minutes, second=0, microsecond=0
        ) + timedelta(milliseconds=milliseconds)
        yield start if start < latest else start - timedelta(days=1)


def _introduction(chance: Random, device: Device) -> list[Visit]:
    """A device is only a cookie at first, until somebody logs in on it."""
    unknown = chance.choices((0, 1, 2), weights=(6, 3, 1))[0]
    return [*[Visit(device, Login.NEVER)] * unknown, Visit(device, Login.MIDWAY)]


def _returns(chance: Random, shopper: Shopper, newest: Device, count: int) -> Iterator[Visit]:
    """Later visits, on any device met so far; most people stay logged in."""
    met = shopper.devices[: shopper.devices.index(newest) + 1]
    for _ in range(count):
        login = chance.choices(tuple(Login), weights=(10, 15, 75))[0]
        yield Visit(chance.choice(met), login)
