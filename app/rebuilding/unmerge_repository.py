"""Unmerges in MongoDB: what was asked for, so that whoever comes later can finish it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.identity.marks import UNMERGE
from app.storage.client import Database, Document


@dataclass(frozen=True, slots=True)
class Unmerge:
    """These identifiers leave ``profile`` and become the profile ``split``.

    ``going`` are those of them that were still there when it was begun.
    """

    split: str
    profile: str
    identifiers: frozenset[str]
    going: frozenset[str] | None = None

    @property
    def marks(self) -> tuple[str, str]:
        """The marks of the one that keeps its id, and of the other: they stay apart."""
        return f"{UNMERGE}{self.split}:kept", f"{UNMERGE}{self.split}:split"


class UnmergeRepository:
    """Keeps what was asked for until it is done, and afterwards as a record."""

    def __init__(self, database: Database) -> None:
        self._unmerges = database["unmerges"]

    async def begin(self, unmerge: Unmerge, *, now: datetime) -> None:
        """Write down what has to be done."""
        asked = {"profile": unmerge.profile, "identifiers": sorted(unmerge.identifiers)}
        await self._unmerges.insert_one(
            {"_id": unmerge.split, **asked, "asked_at": now, "pending": True}
        )

    async def go(self, unmerge: Unmerge, going: Iterable[str]) -> frozenset[str]:
        """Settle which identifiers go, the first time it is asked; those that go."""
        await self._unmerges.update_one(
            {"_id": unmerge.split, "pending": True, "going": None},
            {"$set": {"going": sorted(going)}},
        )
        found = await self._unmerges.find_one({"_id": unmerge.split}) or {}
        return frozenset(found.get("going", ()))  # somebody else may have done it all by now

    async def finish(self, unmerge: Unmerge, *, now: datetime) -> None:
        """It is done; whom it was about is nothing to keep."""
        gone = dict.fromkeys(("pending", "identifiers", "going"), "")
        await self._unmerges.update_one(
            {"_id": unmerge.split}, {"$set": {"finished_at": now}, "$unset": gone}
        )

    async def pending(self) -> list[Unmerge]:
        """Those that are not done, the oldest first."""
        found = self._unmerges.find({"pending": True}, sort=[("_id", 1)])
        return [_unmerge(one) async for one in found]


def _unmerge(document: Document) -> Unmerge:
    going = document.get("going")
    return Unmerge(
        document["_id"],
        document["profile"],
        frozenset(document["identifiers"]),
        None if going is None else frozenset(going),
    )
