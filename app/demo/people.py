"""Who comes to the demo shop: companies, their people, and visitors nobody knows. Pure.

Each shopper is drawn from a chance of their own, so that more users never change the others.
"""

import unicodedata
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from app.demo.tables import (
    CITIES,
    COMPANIES,
    DESKTOPS,
    HANDHELDS,
    NAMES,
    PLANS,
    City,
    Hardware,
)

Context: TypeAlias = dict[str, dict[str, str]]

SHOWCASE = 1
"""The number of the user who always has a company, two devices or more, and many visits."""


@dataclass(frozen=True, slots=True)
class Company:
    """A customer with several people; ``arr`` is a year's revenue."""

    id: str
    name: str
    plan: str
    arr: int
    city: City


@dataclass(frozen=True, slots=True)
class Device:
    """A browser or app: the cookie it keeps, and what its events say about it."""

    cookie_id: str
    context: Context


@dataclass(frozen=True, slots=True)
class Member:
    """What the shop knows of somebody who has logged in."""

    user_id: str
    name: str
    email: str
    plan: str
    companies: tuple[Company, ...]


@dataclass(frozen=True, slots=True)
class Shopper:
    """Somebody with devices; a member once they log in, a visitor if they never do."""

    key: str
    city: City
    devices: tuple[Device, ...]
    member: Member | None

    @property
    def companies(self) -> tuple[Company, ...]:
        """Whom they buy for."""
        return self.member.companies if self.member else ()


def demo_companies(seed: int) -> list[Company]:
    """The forty companies."""
    return [_company(Random(f"{seed} company {n}"), n) for n in range(1, len(COMPANIES) + 1)]


def demo_member(seed: int, number: int, companies: list[Company]) -> Shopper:
    """The user of this number."""
    chance = Random(f"{seed} user {number}")
    employers = _employers(chance, companies, number)
    city = employers[0].city if employers and chance.random() < 0.8 else chance.choice(CITIES)
    given, family = (chance.choice(names.split()) for names in NAMES[city.country])
    domain = _ascii(employers[0].name) if employers else "mail"
    member = Member(
        user_id=f"user_{number}",
        name=f"{given} {family}",
        email=f"{_ascii(given)}.{_ascii(family)}{number}@{domain}.example",
        plan=employers[0].plan if employers else "free",
        companies=employers,
    )
    devices = _devices(chance, city, at_least=2 if number == SHOWCASE else 1)
    return Shopper(member.user_id, city, devices, member)


def demo_visitor(seed: int, number: int) -> Shopper:
    """A visitor who never says who they are."""
    chance = Random(f"{seed} visitor {number}")
    city = chance.choice(CITIES)
    return Shopper(f"visitor_{number}", city, (_device(chance, city, handheld=0.6),), None)


def _company(chance: Random, number: int) -> Company:
    plan, least = chance.choices(PLANS, weights=(3, 4, 3, 1))[0]
    return Company(
        id=f"account_{number}",
        name=COMPANIES[number - 1],
        plan=plan,
        arr=int(least * chance.uniform(1, 2.5)) // 100 * 100,
        city=CITIES[(number - 1) * len(CITIES) // len(COMPANIES)],
    )


def _employers(chance: Random, companies: list[Company], number: int) -> tuple[Company, ...]:
    """The first users have a company each; of the rest, one in four has none, some have two."""
    if number <= len(companies):
        return (companies[number - 1],)
    fate = chance.random()
    if fate < 0.25:
        return ()
    by_size = sorted(companies, key=lambda company: (-company.arr, company.id))
    weights = [1 / rank for rank in range(1, len(companies) + 1)]
    drawn = chance.choices(by_size, weights, k=2 if fate > 0.95 else 1)
    return tuple(dict.fromkeys(drawn))


def _devices(chance: Random, city: City, *, at_least: int) -> tuple[Device, ...]:
    wanted = max(at_least, chance.choices((1, 2, 3), weights=(70, 26, 4))[0])
    first = _device(chance, city, handheld=0.35)
    others = [_device(chance, city, handheld=0.8) for _ in range(wanted - 1)]
    return (first, *others)


def _device(chance: Random, city: City, *, handheld: float) -> Device:
    hardware = chance.choice(HANDHELDS if chance.random() < handheld else DESKTOPS)
    return Device(f"{chance.getrandbits(64):016x}", _context(hardware, city))


def _context(hardware: Hardware, city: City) -> Context:
    os_name, os_version = hardware.os
    context = {
        "application": {"id": "shopist-web" if hardware.browser else "shopist-app"},
        "geo": {
            "city": city.name,
            "country_subdivision": city.region,
            "country_iso_code": city.country,
        },
        "device": {
            "type": hardware.device,
            "brand": hardware.brand,
            "model": hardware.model,
        },
        "os": {"name": os_name, "version": os_version},
    }
    if hardware.browser:
        browser_name, browser_version = hardware.browser
        context["browser"] = {"name": browser_name, "version": browser_version}
    return context


_FOLDED = str.maketrans({"ł": "l", "ß": "ss", "ø": "o"})


def _ascii(name: str) -> str:
    """The name as it may stand in an address: ``Brückner & Söhne`` is ``brucknersohne``."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_FOLDED))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())
