"""Batches of believable events: some twenty fields, as a web shop's tracker sends them.

The same arguments give the same batch, so that every contender is given the same work.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeAlias

import msgspec

from app.events.wire import EventInput

BATCH = 1000

Wire: TypeAlias = dict[str, Any]
"""An event as JSON has it."""

_START = datetime(2025, 1, 1, tzinfo=UTC)
_PLACES = (
    ("Berlin", "DE", "BE"),
    ("Lyon", "FR", "ARA"),
    ("Porto", "PT", "13"),
    ("Oslo", "NO", "03"),
)
_SYSTEMS = (
    ("desktop", "Windows", "11", "Chrome", "131.0"),
    ("desktop", "Mac OS X", "15.1", "Safari", "18.1"),
    ("mobile", "iOS", "18.1", "Mobile Safari", "18.1"),
    ("mobile", "Android", "15", "Chrome Mobile", "131.0"),
)
_KINDS = (("VIEW", "/products"), ("VIEW", "/checkout"), ("ACTION", "click on ADD TO CART"))
_PEOPLE_OF_A_COMPANY = 20


@dataclass(frozen=True, slots=True)
class Batch:
    """The same events in the forms that the contenders take."""

    wire: list[Wire]

    @property
    def inputs(self) -> list[EventInput]:
        """As the service takes them."""
        return msgspec.convert(self.wire, list[EventInput])


def batch(number: int, people: Iterable[int], each: int) -> Batch:
    """Events of these people, ``each`` of everyone, mixed as they would arrive."""
    chance = Random(number)
    who = [person for person in people for _ in range(each)]
    chance.shuffle(who)
    return Batch([_event(number * BATCH + at, person, chance) for at, person in enumerate(who)])


def _event(number: int, person: int, chance: Random) -> Wire:
    kind, name = chance.choice(_KINDS)
    company = person // _PEOPLE_OF_A_COMPANY
    time = _START + timedelta(seconds=number)
    return {
        "id": f"event-{number:09}",
        "type": kind,
        "name": name,
        "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "userId": f"user-{person:07}",
        "cookieId": f"cookie-{person:07}",
        "user": {"email": f"user-{person}@example.org", "name": f"Person {person}", "plan": "pro"},
        "account": {"id": f"company-{company}", "name": f"Company {company}", "plan": "team"},
        "sessionId": f"session-{person}",
        "context": _context(person),
        "properties": {
            "event_url": f"https://shop.example.org{chance.choice(('/', '/sale', '/checkout'))}",
            "event_title": "Autumn sale",
            "revenue": chance.randrange(100, 20_000) / 100,
            "source": "newsletter",
        },
    }


def _context(person: int) -> Wire:
    city, country, region = _PLACES[person % len(_PLACES)]
    device, system, system_version, browser, browser_version = _SYSTEMS[person % 7 % len(_SYSTEMS)]
    return {
        "application": {"id": "web-shop"},
        "geo": {"city": city, "country_iso_code": country, "country_subdivision": region},
        "device": {"type": device},
        "os": {"name": system, "version": system_version},
        "browser": {"name": browser, "version": browser_version},
    }
