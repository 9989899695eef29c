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
    """Reads and changes the one catalogue document.

    Every change is made onto the version that it was decided by, and makes the next one.
    """

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
        ids = [one.id for one in definitions] if waiting else []
        added = {f"definitions.{one.key}": _document(one, onto + 1) for one in definitions}
        progress: dict[str, Any] = {f"backfills.{one}": {} for one in ids}
        queued = {"$push": {"waiting": {"$each": ids}}} if waiting else {}
        return await self._advance(onto, {"$set": {**added, **progress}, **queued})

    async def replace(self, changed: AttributeDefinition, *, onto: int) -> Catalogue | None:
        """The catalogue with the changed definition, or None where ``onto`` is not the newest."""
        document = _document(changed, changed.since)
        return await self._advance(onto, {"$set": {f"definitions.{changed.key}": document}})

    async def remove(self, definition: AttributeDefinition, *, onto: int) -> Catalogue | None:
        """The catalogue without the definition, or None where ``onto`` is not the newest.

        Its states are to be swept out of the documents.
        """
        gone = {f"definitions.{definition.key}": "", f"backfills.{definition.id}": ""}
        update = {
            "$set": {f"ended.{definition.key}": definition.life},
            "$unset": gone,
            "$pull": {"waiting": definition.id},
            "$push": {"sweeping": definition.id},
        }
        return await self._advance(onto, update)

    async def _advance(self, onto: int, update: dict[str, Any]) -> Catalogue | None:
        """The catalogue at the version behind ``onto``; None where that is not the newest."""
        updated = await self._settings.find_one_and_update(
            {"_id": CATALOGUE, "version": onto},
            {**update, "$inc": {"version": 1}},
            return_document=ReturnDocument.AFTER,
        )
        return _catalogue(updated) if updated else None


def _document(definition: AttributeDefinition, since: int) -> dict[str, Any]:
    return {**asdict(definition), "since": since}


def _catalogue(document: dict[str, Any]) -> Catalogue:
    stored = sorted(document["definitions"].values(), key=lambda one: (one["since"], one["name"]))
    ended = document.get("ended", {})
    return Catalogue(document["version"], map(_definition, stored), ended=ended)


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
