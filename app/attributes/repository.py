"""The catalogue in MongoDB: one document, so that a new version appears all at once."""

from dataclasses import asdict
from typing import Any

from pymongo import ReturnDocument

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.model import (
    AttributeDefinition,
    AttributeOrigin,
    ProfileKind,
    TextSearch,
    ValueFormat,
)
from app.storage.client import Database
from app.values import DataType

CATALOGUE = "attributes"


class AttributeRepository:
    """Reads and extends the one catalogue document."""

    def __init__(self, database: Database) -> None:
        self._settings = database["settings"]

    async def version(self) -> int:
        """The newest version; 0 before the first definition was added."""
        found = await self._settings.find_one({"_id": CATALOGUE}, {"version": 1})
        return int(found["version"]) if found else 0

    async def load(self) -> Catalogue:
        """The newest catalogue."""
        found = await self._settings.find_one({"_id": CATALOGUE})
        return _catalogue(found) if found else Catalogue()

    async def add(
        self, definitions: list[AttributeDefinition], *, onto: int, waiting: bool = False
    ) -> Catalogue | None:
        """The catalogue with these definitions, or None where ``onto`` is not the newest version.

        ``waiting``: they are to be filled from stored events.
        """
        since = onto + 1
        added = {f"definitions.{one.key}": _document(one, since) for one in definitions}
        updated = await self._settings.find_one_and_update(
            {"_id": CATALOGUE, "version": onto},
            {"$set": {**added, "version": since}, **_queue(definitions, waiting=waiting)},
            return_document=ReturnDocument.AFTER,
        )
        return _catalogue(updated) if updated else None

    async def waiting(self) -> list[tuple[ProfileKind, str]]:
        """Kind and name of the definitions that are still to be filled, oldest first."""
        found = await self._settings.find_one({"_id": CATALOGUE}, {"waiting": 1})
        keys = (key.split(":", 1) for key in (found or {}).get("waiting", ()))
        return [(ProfileKind(kind), name) for kind, name in keys]

    async def filled(self, kind: ProfileKind, name: str) -> None:
        """The definition has been filled."""
        await self._settings.update_one(
            {"_id": CATALOGUE}, {"$pull": {"waiting": f"{kind}:{name}"}}
        )


def _queue(definitions: list[AttributeDefinition], *, waiting: bool) -> dict[str, Any]:
    keys = [one.key for one in definitions]
    return {"$push": {"waiting": {"$each": keys}}} if waiting else {}


def _document(definition: AttributeDefinition, since: int) -> dict[str, Any]:
    return {**asdict(definition), "since": since}


def _catalogue(document: dict[str, Any]) -> Catalogue:
    stored = sorted(document["definitions"].values(), key=lambda one: (one["since"], one["name"]))
    return Catalogue(document["version"], map(_definition, stored))


def _definition(stored: dict[str, Any]) -> AttributeDefinition:
    enums = {
        "kind": ProfileKind(stored["kind"]),
        "data_type": DataType(stored["data_type"]),
        "aggregation": Aggregation(stored["aggregation"]),
        "origin": AttributeOrigin(stored["origin"]),
        "value_format": ValueFormat(stored["value_format"]),
        "search": TextSearch(stored.get("search", TextSearch.WORDS)),
    }
    return AttributeDefinition(**{**stored, **enums})
