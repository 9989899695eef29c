"""Lanes in MongoDB: each numbers its batches, handles one at a time, and outlives its owner.

A lane is ``idle``, ``storing`` (events of ``seq`` are being inserted) or ``applying`` (they are
all in the ledger, and profiles are being updated). The step from storing to applying commits the
batch: it says for all its events at once that they will be applied, so no event needs a mark.
A batch that stopped while storing is abandoned; a later one adopts what it had stored.

``claims`` tells for which profiles the batch claims identifiers: first what the ids of all new
ones begin with, then the ids of others. Those of abandoned batches are ``doubtful``: maybe
nothing was stored for them, and their process may sleep, and claim some more when it wakes up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from app.errors import LaneLostError
from app.events.repository import HOMELESS
from app.storage.client import Database, Document

IDLE, STORING, APPLYING = "idle", "storing", "applying"
LEASE = timedelta(seconds=15)
"""How long a lane stays with a process that shows no sign of life."""

MAX_DOUBTFUL = 2000
"""Claims that a lane remembers: at least those of the last batch that was abandoned."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane as its owner last saw it."""

    name: str
    owner: str
    seq: int
    state: str
    abandoned: tuple[int, ...]
    claims: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


class LaneRepository:
    """Leases lanes and moves them from state to state, always on condition of ownership."""

    def __init__(self, database: Database, *, lease: timedelta = LEASE) -> None:
        self._lanes = database["lanes"]
        self._lease = lease

    async def take(self, name: str, *, owner: str, now: datetime) -> Lane | None:
        """Become owner of a lane that is free, one's own, or whose lease ran out."""
        free = {"$or": [{"owner": None}, {"owner": owner}, {"lease_until": {"$lt": now}}]}
        lease = {"owner": owner, "lease_until": now + self._lease}
        made = {"seq": 0, "state": IDLE, "abandoned": []}
        try:
            taken = await self._lanes.find_one_and_update(
                {"_id": name, **free},
                {"$set": lease, "$setOnInsert": made},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:  # somebody else holds it
            return None
        return _lane(taken) if taken else None

    async def begin(self, lane: Lane, *, cohort: str, now: datetime) -> Lane:
        """idle → storing, under the next sequence number."""
        begun = {"state": STORING, "claims": [cohort]}
        return await self._step(lane, IDLE, {"$set": begun, "$inc": {"seq": 1}}, now)

    async def claim_for(self, lane: Lane, profiles: Sequence[str], *, now: datetime) -> Lane:
        """Remember, while storing, that identifiers are about to be claimed for these too."""
        update = {"$set": {}, "$push": {"claims": {"$each": list(profiles)}}}
        return await self._step(lane, STORING, update, now)

    async def commit(self, lane: Lane, *, now: datetime) -> Lane:
        """storing → applying: from here on nobody stores events under this number."""
        return await self._step(lane, STORING, {"$set": {"state": APPLYING}}, now)

    async def expect_homeless(self, lane: Lane, *, now: datetime) -> Lane:
        """Remember, while applying, that homeless events of this lane wait for adoption."""
        update = {"$set": {}, "$addToSet": {"abandoned": HOMELESS}}
        return await self._step(lane, APPLYING, update, now)

    async def finish(self, lane: Lane, *, housed: bool, now: datetime) -> Lane:
        """applying → idle; ``housed``: no homeless events of this lane are left."""
        update: dict[str, Any] = {"$set": {"state": IDLE}}
        if housed and HOMELESS in lane.abandoned:
            update["$pull"] = {"abandoned": HOMELESS}
        return await self._step(lane, APPLYING, update, now)

    async def abandon(self, lane: Lane, *, now: datetime) -> Lane:
        """storing → idle: what was stored under this number waits for adoption."""
        doubtful = {"$each": list(lane.claims), "$slice": -MAX_DOUBTFUL}
        update = {
            "$set": {"state": IDLE},
            "$addToSet": {"abandoned": lane.seq},
            "$push": {"doubtful": doubtful},
        }
        return await self._step(lane, STORING, update, now)

    async def release(self, lane: Lane) -> None:
        """Give the lane back."""
        await self.disown(lane.name, owner=lane.owner)

    async def disown(self, name: str, *, owner: str) -> None:
        """Let anybody take the lane at once, whatever its state is."""
        await self._lanes.update_one({"_id": name, "owner": owner}, {"$set": {"owner": None}})

    async def all(self) -> list[Document]:
        """Every lane there is."""
        return await self._lanes.find({}).to_list()

    async def storing(self) -> set[tuple[str, int]]:
        """The batches that are being stored, by lane and number."""
        return {(lane["_id"], lane["seq"]) for lane in await self.all() if lane["state"] == STORING}

    async def _step(self, lane: Lane, state: str, update: dict[str, Any], now: datetime) -> Lane:
        leased = {**update["$set"], "lease_until": now + self._lease}
        stepped = await self._lanes.find_one_and_update(
            {"_id": lane.name, "owner": lane.owner, "state": state, "seq": lane.seq},
            {**update, "$set": leased},
            return_document=ReturnDocument.AFTER,
        )
        if stepped is None:
            raise LaneLostError(lane.name)
        return _lane(stepped)


def lane_names(count: int) -> Iterable[str]:
    """The names of all lanes; a profile remembers one number per lane."""
    return (f"lane-{number:02}" for number in range(count))


def _lane(document: Document) -> Lane:
    return Lane(
        document["_id"],
        document["owner"],
        document["seq"],
        document["state"],
        tuple(document["abandoned"]),
        tuple(document.get("claims", ())),
        tuple(document.get("doubtful", ())),
    )
