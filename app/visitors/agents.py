"""User agents: which browser, system and device they name. Pure.

The names are those of the ua-parser project. A program that names neither a system nor a device,
such as an SDK on a server, tells nothing about a person.
"""

import re
from functools import lru_cache
from typing import Any, TypeAlias

from ua_parser import OS, Device, Result, UserAgent, parse

Facts: TypeAlias = dict[str, dict[str, Any]]
"""Parts of an event's context, by name; they are shared, so nobody may change them."""

MAX_LENGTH = 512
"""Characters that are looked at: real ones have 100 to 250, and longer ones take longer."""

KNOWN = 4096
"""User agents that are remembered: reading one takes up to some milliseconds."""

BOT = "bot"
_SPIDER = "Spider"
_CONSOLES = re.compile(r"playstation|xbox|nintendo", re.IGNORECASE)
_TELEVISIONS = re.compile(
    r"smart-?tv|\btv\b|appletv|googletv|android tv|hbbtv|web0s|bravia|roku|crkey|\baft[a-z]",
    re.IGNORECASE,
)
_TABLETS = re.compile(r"ipad|tablet|kindle|silk/|playbook|android(?!.*mobi)", re.IGNORECASE)
_MOBILES = re.compile(r"mobi|iphone|ipod|android|phone", re.IGNORECASE)
_DESKTOPS = re.compile(r"windows nt|macintosh|x11|cros|linux", re.IGNORECASE)
_TYPES = (
    ("gaming_console", _CONSOLES),
    ("tv", _TELEVISIONS),
    ("tablet", _TABLETS),
    ("mobile", _MOBILES),
    ("desktop", _DESKTOPS),
)
"""The first that fits; those further down fit devices of those further up as well."""


@lru_cache(KNOWN)
def read_agent(text: str) -> Facts:
    """``browser``, ``os`` and ``device`` of a user agent, as far as it says them."""
    short = text[:MAX_LENGTH]
    found = parse(short)
    if not found.os and not found.device:
        return {}
    parts = {"browser": _browser(found), "os": _system(found), "device": _device(found, short)}
    return {name: part for name, part in parts.items() if part}


def warm_up() -> None:
    """Compile all patterns, which takes a quarter of a second, before anybody waits for it."""
    parse("nothing that is known")


def _browser(found: Result) -> dict[str, Any]:
    agent = found.user_agent
    return _versioned(agent.family, agent) if agent else {}


def _system(found: Result) -> dict[str, Any]:
    return _versioned(found.os.family, found.os) if found.os else {}


def _versioned(name: str, said: UserAgent | OS) -> dict[str, Any]:
    numbers = (said.major, said.minor, said.patch, said.patch_minor)
    version = ".".join(number for number in numbers if number)
    return _filled(name=name, version=version, version_major=said.major)


def _device(found: Result, text: str) -> dict[str, Any]:
    device = found.device
    if device and device.family == _SPIDER:
        return {"type": BOT}
    return _filled(type=_type(text), **_make(device))


def _make(device: Device | None) -> dict[str, Any]:
    if not device:
        return {}
    return {"name": device.family, "brand": device.brand, "model": device.model}


def _type(text: str) -> str | None:
    return next((name for name, pattern in _TYPES if pattern.search(text)), None)


def _filled(**fields: str | None) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
