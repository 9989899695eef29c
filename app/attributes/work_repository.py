"""What is still to be done for definitions that came or went; it stands beside the catalogue.

Back-fills are begun in the order of their definitions. The progress of one is written for each
portion of the ledger, and only as long as the definition is there and waits.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from pymongo import ReturnDocument

from app.attributes.model import Backfill
from app.attributes.repository import CATALOGUE
from app.storage.client import Database


class Left(NamedTuple):
    """Definitions to be filled, and deleted ones to be swept away; each by age."""

    waiting: list[str]
    sweeping: list[str]


class WorkRepository:
    """Back-fills and sweeps by the id of their definition."""

    def __init__(self, database: Database) -> None:
        self._settings = database["settings"]

    async def left(self) -> Left:
        """All that is still to be done."""
        found = await self._read("waiting", "sweeping")
        return Left(found.get("waiting", []), found.get("sweeping", []))

    async def backfills(self, ids: Iterable[str]) -> dict[str, Backfill]:
        """Those of these definitions for which a back-fill was asked, with its progress."""
        found = (await self._read("backfills")).get("backfills", {})
        return {one: Backfill(**found[one]) for one in ids if one in found}

    async def begin(self, definition_id: str, *, now: datetime) -> Backfill | None:
        """Go on with a back-fill where it stopped; None if nobody waits for it any more."""
        begun = await self._settings.find_one_and_update(
            {"_id": CATALOGUE, "waiting": definition_id},
            {"$min": {f"backfills.{definition_id}.started_at": now}},
            return_document=ReturnDocument.AFTER,
        )
        return Backfill(**begun["backfills"][definition_id]) if begun else None

    async def expect(self, definition_id: str, total: int | None) -> None:
        """So many events are to be processed, if that is known."""
        await self._progress(definition_id, {"$set": {"total": total}})

    async def advance(self, definition_id: str, processed: int, *, after: str) -> bool:
        """So much is done, never less than before; False if nobody waits for it any more."""
        return await self._progress(
            definition_id, {"$max": {"processed": processed, "after": after}}
        )

    async def finish(self, definition_id: str, processed: int, *, now: datetime) -> None:
        """The definition has been filled."""
        done = {"processed": processed, "total": processed, "finished_at": now}
        await self._progress(definition_id, {"$set": done}, {"$pull": {"waiting": definition_id}})

    async def swept(self, definition_id: str) -> None:
        """No document has states of the deleted definition any more."""
        await self._settings.update_one({"_id": CATALOGUE}, {"$pull": {"sweeping": definition_id}})

    async def _read(self, *names: str) -> dict[str, Any]:
        return await self._settings.find_one({"_id": CATALOGUE}, dict.fromkeys(names, 1)) or {}

    async def _progress(
        self, definition_id: str, update: dict[str, Any], more: dict[str, Any] | None = None
    ) -> bool:
        placed = {
            operator: {f"backfills.{definition_id}.{name}": value for name, value in fields.items()}
            for operator, fields in update.items()
        }
        waiting = {"_id": CATALOGUE, "waiting": definition_id}
        result = await self._settings.update_one(waiting, {**placed, **(more or {})})
        return bool(result.matched_count)
