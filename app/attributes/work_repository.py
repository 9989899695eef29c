"""What is still to be done for definitions that came or went; it stands beside the catalogue.

Back-fills are begun in the order of their definitions; those that came together are one, with one
progress. It is written for each portion of the ledger, and only as long as all of them wait.
"""

from collections.abc import Iterable, Sequence
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

    async def begin(self, ids: Sequence[str], *, now: datetime) -> Backfill | None:
        """Go on with a back-fill where it stopped; None if one of them does not wait any more."""
        begun = await self._settings.find_one_and_update(
            _all_wait(ids),
            {"$min": {f"backfills.{one}.started_at": now for one in ids}},
            return_document=ReturnDocument.AFTER,
        )
        return Backfill(**begun["backfills"][ids[0]]) if begun else None

    async def expect(self, ids: Sequence[str], total: int | None) -> None:
        """So many events are to be processed, if that is known."""
        await self._progress(ids, {"$set": {"total": total}})

    async def advance(self, ids: Sequence[str], processed: int, *, after: str) -> bool:
        """So much is done, never less than before; False if one of them does not wait any more."""
        return await self._progress(ids, {"$max": {"processed": processed, "after": after}})

    async def finish(self, ids: Sequence[str], processed: int, *, now: datetime) -> bool:
        """They have been filled; False if one of them does not wait any more."""
        done = {"processed": processed, "total": processed, "finished_at": now}
        filled = {"$pull": {"waiting": {"$in": list(ids)}}}
        return await self._progress(ids, {"$set": done}, filled)

    async def swept(self, definition_id: str) -> None:
        """No document has states of the deleted definition any more."""
        await self._settings.update_one({"_id": CATALOGUE}, {"$pull": {"sweeping": definition_id}})

    async def _read(self, *names: str) -> dict[str, Any]:
        return await self._settings.find_one({"_id": CATALOGUE}, dict.fromkeys(names, 1)) or {}

    async def _progress(
        self, ids: Sequence[str], update: dict[str, Any], more: dict[str, Any] | None = None
    ) -> bool:
        placed = {
            operator: {
                f"backfills.{one}.{name}": value for one in ids for name, value in fields.items()
            }
            for operator, fields in update.items()
        }
        result = await self._settings.update_one(_all_wait(ids), {**placed, **(more or {})})
        return bool(result.matched_count)


def _all_wait(ids: Sequence[str]) -> dict[str, Any]:
    return {"_id": CATALOGUE, "waiting": {"$all": list(ids)}}
