"""The catalogue in MongoDB: one document, so that a new version appears all at once."""

from dataclasses import asdict
from typing import Any

from pymongo import ReturnDocument

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, AttributeOrigin, ProfileKind, ValueFormat
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

    async def add(self, definitions: list[AttributeDefinition], *, onto: int) -> Catalogue | None:
        """The catalogue with these definitions, or None where ``onto`` is not the newest version."""
        since = onto + 1
        added = {f"definitions.{one.key}": _document(one, since) for one in definitions}
        updated = await self._settings.find_one_and_update(
            {"_id": CATALOGUE, "version": onto},
            {"$set": {**added, "version": since}},
            return_document=ReturnDocument.AFTER,
        )
        return _catalogue(updated) if updated else None


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
    }
    return AttributeDefinition(**{**stored, **enums})
