"""Where addresses are, by a database in MaxMind's format that the operator supplies.

The file is mapped into memory, and read anew when the server starts. What it says is checked: a
database of another kind, or one that is broken, tells of no place.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from maxminddb import InvalidDatabaseError, open_database

from app.errors import SettingError
from app.visitors.addresses import Address

FindPlace: TypeAlias = Callable[[Address], dict[str, Any]]


def nowhere(_address: Address) -> dict[str, Any]:
    """What is known without a database."""
    return {}


def open_places(file: Path) -> FindPlace:
    """Finds places by this database."""
    try:
        reader = open_database(file)
    except (OSError, InvalidDatabaseError) as broken:
        raise SettingError("GEOIP_DATABASE", str(broken).rstrip(".")) from broken

    def find(address: Address) -> dict[str, Any]:
        try:
            return read_place(reader.get(address))
        except (InvalidDatabaseError, ValueError):  # broken, or of IPv4 alone
            return {}

    return find


def read_place(record: object) -> dict[str, Any]:
    """``geo`` of an event, from a record of a country or city database."""
    country = _first(_inner(record, "country"), _inner(record, "registered_country"))
    continent, city = _inner(record, "continent"), _inner(record, "city")
    subdivision = _inner(_of_list(record, "subdivisions"))
    place = {
        "continent": _name(continent),
        "continent_code": _text(continent, "code"),
        "country": _name(country),
        "country_iso_code": _text(country, "iso_code"),
        "country_subdivision": _name(subdivision),
        "country_subdivision_iso_code": _subdivision_code(country, subdivision),
        "city": _name(city),
    }
    return {name: value for name, value in place.items() if value}


def _subdivision_code(country: dict[str, Any], subdivision: dict[str, Any]) -> str | None:
    """As ISO 3166-2 writes it, with the country in front."""
    parts = (_text(country, "iso_code"), _text(subdivision, "iso_code"))
    return "-".join(one for one in parts if one) if all(parts) else None


def _of_list(record: object, name: str) -> object:
    listed = record.get(name) if isinstance(record, dict) else None
    return listed[0] if isinstance(listed, list) and listed else None


def _inner(record: object, *keys: str) -> dict[str, Any]:
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record if isinstance(record, dict) else {}


def _first(*found: dict[str, Any]) -> dict[str, Any]:
    return next((one for one in found if one), {})


def _name(record: dict[str, Any]) -> str | None:
    return _text(_inner(record, "names"), "en")


def _text(record: dict[str, Any], key: str) -> str | None:
    value = record.get(key)
    return value if isinstance(value, str) and value else None
