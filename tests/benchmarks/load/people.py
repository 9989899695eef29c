"""Believable people by the shares of real data; the same number is always the same person.

The shares come from a file that is given, see ``Shares``: of browsers, systems, devices, countries,
and how many sessions a visitor has.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import msgspec

from app.demo.tables import NAMES
from app.events.wire import EventInput
from app.values import country_names

Wire: TypeAlias = dict[str, Any]

SHOWCASE = 0
"""The person with ten sessions."""

_START = datetime(2025, 1, 1, tzinfo=UTC)
_PLANS = {"free": 0.7, "team": 0.2, "business": 0.08, "enterprise": 0.02}
_PAGES = ("/", "/products", "/cart", "/checkout", "/account")
_TAGS = tuple(f"tag-{number}" for number in range(200))
_GIVEN = tuple(name for given, _ in NAMES.values() for name in given.split())
_FAMILY = tuple(name for _, family in NAMES.values() for name in family.split())


class Share:
    """Draws a name as often as its share says."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._names = list(shares)
        self._weights = list(accumulate(shares.values()))

    def draw(self, chance: Random) -> str:
        """One of the names."""
        return chance.choices(self._names, cum_weights=self._weights)[0]


@dataclass(frozen=True, slots=True)
class Shares:
    """What people are drawn from."""

    browsers: Share
    systems: Share
    devices: Share
    countries: Share
    sessions: Share
    plans: Share

    @classmethod
    def of_file(cls, path: Path) -> "Shares":
        """Of a JSON file: ``{"browser_share": {"Firefox": 0.43, …}, …}``."""
        found = json.loads(path.read_text("utf-8"))
        codes = {name: code for code, name in country_names().items()}
        countries = found["country_share_of_users_shop"]
        return cls(
            Share(found["browser_share"]),
            Share(found["os_share"]),
            Share(found["device_type_share"]),
            Share({codes[name]: one for name, one in countries.items() if name in codes}),
            Share(found["sessions_per_visitor"]["histogram"]),
            Share(_PLANS),
        )


def user_id(number: int) -> str:
    """The user id of a person."""
    return f"u{number:07}"


def events_of(number: int, shares: Shares) -> Iterator[EventInput]:
    """What one person does: a view for each session."""
    chance = Random(number)
    fixed = _fixed(number, chance, shares)
    visits = 10 if number == SHOWCASE else int(shares.sessions.draw(chance))
    first = _START + timedelta(seconds=chance.randrange(300 * 86400))
    for visit in range(visits):
        yield msgspec.convert(
            {
                **fixed,
                "id": f"e{number}-{visit}",
                "type": "VIEW",
                "name": chance.choice(_PAGES),
                "time": first + timedelta(days=visit, seconds=chance.randrange(3600)),
                "sessionId": f"s{number}-{visit}",
            },
            EventInput,
        )


def _fixed(number: int, chance: Random, shares: Shares) -> Wire:
    given, family = chance.choice(_GIVEN), chance.choice(_FAMILY)
    company = number // 20
    return {
        "userId": user_id(number),
        "cookieId": f"{chance.getrandbits(64):016x}",
        "user": {"name": f"{given} {family}", "email": f"{given}.{family}{number}@example.org"},
        "account": {"id": f"company-{company}", "name": f"Company {company}"},
        "context": {
            "application": {"id": "shop"},
            "geo": {"country_iso_code": shares.countries.draw(chance)},
            "device": {"type": shares.devices.draw(chance)},
            "os": {"name": shares.systems.draw(chance)},
            "browser": {"name": shares.browsers.draw(chance)},
        },
        "properties": {
            "plan": shares.plans.draw(chance),
            "score": chance.randrange(1_000_000) / 100,
            "tags": chance.sample(_TAGS, 2),
        },
    }
