"""Reading documents and the ledger for comparing them, a stretch at a time."""

from collections.abc import AsyncIterator, Iterable
from typing import NamedTuple

from pymongo import UpdateOne

from app.attributes.model import ProfileKind
from app.events.repository import apart_fields
from app.events.stored import Entry, load_entry
from app.ingestion.lanes import IDLE, LaneRepository
from app.profiles.compile import LIVE
from app.rebuilding.expectation import Expectation, Recorded
from app.rebuilding.rules import Batches
from app.rebuilding.splitting import Place, place
from app.storage.client import Database, Document, Pipeline


class Placed(NamedTuple):
    """An event, and where a split puts it."""

    entry: Entry
    place: Place


STRETCH = 500
"""Documents that are compared at the same time."""

_CHUNK = 1000

COLLECTIONS = {
    ProfileKind.USER: "profiles",
    ProfileKind.SESSION: "sessions",
    ProfileKind.ACCOUNT: "accounts",
}


class LedgerRepository:
    """Documents, and the events that they are made of."""

    def __init__(self, database: Database, lanes: LaneRepository) -> None:
        self._database = database
        self._lanes = lanes

    async def batches(self) -> Batches:
        """How far each lane is."""
        lanes = await self._lanes.all()
        return Batches(
            {one["_id"]: one["seq"] if one["state"] == IDLE else one["seq"] - 1 for one in lanes},
            {one["_id"]: frozenset(one["abandoned"]) for one in lanes},
        )

    async def total(self, collections: Iterable[str]) -> int:
        """About how many documents these have."""
        return sum([await self._database[one].estimated_document_count() for one in collections])

    async def ids(self, collection: str) -> AsyncIterator[list[str]]:
        """The ids of all documents, tombstones too, stretch by stretch.

        Each stretch is a command of its own: no cursor has to live through a long audit.
        """
        after = ""
        while True:
            query, order = {"_id": {"$gt": after}}, [("_id", 1)]
            found = self._database[collection].find(
                query, {"_id": 1}, sort=order, limit=STRETCH, hint="_id_"
            )
            stretch = [one["_id"] async for one in found]
            if not stretch:
                return
            yield stretch
            after = stretch[-1]

    async def documents(self, kind: ProfileKind, ids: Iterable[str]) -> dict[str, Document]:
        """These documents, living or not."""
        found = self._database[COLLECTIONS[kind]].find({"_id": {"$in": sorted(ids)}})
        return {one["_id"]: one async for one in found}

    async def families(self, profiles: Iterable[str]) -> dict[str, set[str]]:
        """Those of these profiles that live, each with all that became part of it."""
        query = {"_id": {"$in": sorted(profiles)}, **LIVE}
        found = self._database["profiles"].find(query, {"absorbed": 1})
        return {one["_id"]: {one["_id"], *one.get("absorbed", ())} async for one in found}

    async def missing(self, kind: ProfileKind, ids: Iterable[str]) -> set[str]:
        """Those of these ids for which there is nothing that events have written.

        What began anew may have nothing yet: its events went with what has ended.
        """
        wanted = set(ids)
        written = [{"created_at": {"$exists": True}}, {"renewals": {"$gt": 0}}]
        query = {"_id": {"$in": sorted(wanted)}, "$or": written, **LIVE}
        found = self._database[COLLECTIONS[kind]].find(query, {"_id": 1})
        return wanted - {one["_id"] async for one in found}

    async def events(self, ids: Iterable[str]) -> dict[str, Document]:
        """Where these events belong."""
        fields = ("target", "profile", "session", "account", "lane", "seq", "profiled")
        found = self._database["events"].find(
            {"_id": {"$in": sorted(ids)}}, dict.fromkeys(fields, 1)
        )
        return {one["_id"]: one async for one in found}

    async def sessions_of(self, targets: Iterable[str]) -> set[str]:
        """The ids of the sessions in which these profiles have events."""
        query = {"target": {"$in": sorted(targets)}, "session": {"$ne": None}}
        grouped: Pipeline = [{"$match": query}, {"$group": {"_id": "$session"}}]
        found = await self._database["events"].aggregate(grouped)
        return {one["_id"] async for one in found}

    async def visits(self, profiles: Iterable[str], sessions: Iterable[str]) -> list[str]:
        """The documents of these sessions of these profiles, also those that are being merged."""
        of = {"profile": {"$in": sorted(profiles)}, "session_id": {"$in": sorted(sessions)}}
        query = {**of, "deleted": None}
        return [one["_id"] async for one in self._database["sessions"].find(query, {"_id": 1})]

    async def placed(
        self, targets: Iterable[str], split: frozenset[str]
    ) -> AsyncIterator[list[Placed]]:
        """Those events of these profiles for which a split changes something, in chunks."""
        chunk: list[Placed] = []
        query = {"target": {"$in": sorted(targets)}, "identifiers": {"$in": sorted(split)}}
        async for document in self._database["events"].find(query):
            entry = load_entry(document)
            if found := place(entry, split):
                chunk.append(Placed(entry, found))
            if len(chunk) == _CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    async def move(self, placed: Iterable[Placed], *, to: str) -> None:
        """Write down where these events belong; those that go, go to this profile."""
        updates = [
            UpdateOne(
                {"_id": entry.event.id, "target": entry.target}, {"$set": _moved(entry, found, to)}
            )
            for entry, found in placed
        ]
        await self._database["events"].bulk_write(updates, ordered=False)

    async def recorded(
        self, kind: ProfileKind, wanted: Iterable[Expectation]
    ) -> AsyncIterator[list[Recorded]]:
        """The events that these documents may hold, in chunks."""
        chunk: list[Recorded] = []
        async for document in self._database["events"].find(_match(kind, list(wanted))):
            chunk.append(_recorded(document))
            if len(chunk) == _CHUNK:
                yield chunk
                chunk = []
        yield chunk


def _moved(entry: Entry, found: Place, to: str) -> Document:
    moved = {"target": to, "profile": to} if found.goes else {}
    return moved | apart_fields(entry.event, found.apart)


def _match(kind: ProfileKind, wanted: list[Expectation]) -> Document:
    if kind is ProfileKind.ACCOUNT:
        return {"account": {"$in": sorted(one.home for one in wanted)}}
    origins = sorted({origin for one in wanted for origin in one.own | one.foreign})
    if kind is ProfileKind.USER:
        return {"target": {"$in": origins}}
    sessions = sorted({one.document["_id"].partition("/")[2] for one in wanted})
    return {"target": {"$in": origins}, "session": {"$in": sessions}}


def _recorded(document: Document) -> Recorded:
    return Recorded(
        load_entry(document),
        document["lane"],
        document["seq"],
        document["catalogue"],
        document.get("profile"),
    )
