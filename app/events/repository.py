"""The ledger: every event, once, for ever."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from app.events.model import Event, EventType
from app.events.stored import HIDDEN, Entry, event_document, load_entry
from app.events.upserts import superseded
from app.identity.model import IdentityPolicy, principal
from app.storage.client import Database, Document
from app.storage.faults import duplicates
from app.storage.parts import in_parts

MAX_COUNTED = 10_000_000
"""Events that are counted at most: seconds of the server's time, well within a command's limit."""

HOMELESS = 0
"""The number under which a lane keeps events whose profile was removed before it could take them.
Lanes begin with 1. They wait for a new profile as abandoned ones do for adoption."""

_HOME = ("target", "profile", "apart", "about", "broken")

_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Batch:
    """The place of a batch in the ledger: lane, sequence number, version of the definitions."""

    lane: str
    seq: int
    catalogue: int

    @property
    def fields(self) -> dict[str, Any]:
        """What every event of the batch is stored with."""
        return {"lane": self.lane, "seq": self.seq, "catalogue": self.catalogue}


Parting = Callable[[set[str]], Awaitable[None]]
"""Is told the accounts of events that are about to be deleted."""


Guard = Mapping[str, int]
"""The last number that a document has seen of each lane, and of ``lane|origin`` for others."""


class EventRepository:
    """Stores events, and finds those of a batch, a target or a profile."""

    def __init__(self, database: Database) -> None:
        self._events = database["events"]

    async def store(self, entries: list[Entry], batch: Batch) -> set[str]:
        """Insert the entries; the ids that are in the ledger already."""

        async def insert(part: Sequence[Entry]) -> set[str]:
            documents = [_document(entry, batch) for entry in part]
            try:
                await self._events.insert_many(documents, ordered=False)
            except BulkWriteError as error:
                return {documents[index]["_id"] for index in duplicates(error)}
            return set()

        return set().union(*await in_parts(entries, insert))

    async def adopt(self, seqs: list[int], batch: Batch) -> int:
        """Move events of abandoned batches of this lane into ``batch``; how many there were."""
        abandoned = {"lane": batch.lane, "seq": {"$in": seqs}}
        return (await self._events.update_many(abandoned, {"$set": batch.fields})).modified_count

    async def house(self, entries: Sequence[Entry], batch: Batch) -> None:
        """Let events of the batch belong to other profiles than they were stored for.

        Those that somebody else has adopted since are theirs to house.
        """

        async def write(part: Sequence[Entry]) -> None:
            await self._events.bulk_write([_housing(one, batch) for one in part], ordered=False)

        await in_parts(entries, write)

    async def any_of(self, lane: str, seqs: list[int]) -> bool:
        """Whether any event is stored under one of these numbers."""
        query = {"lane": lane, "seq": {"$in": seqs}}
        return await self._events.find_one(query, {"_id": 1}) is not None

    async def shown_under(self, profiles: Iterable[str]) -> set[str]:
        """Those of these profiles under which any event shows."""
        wanted = sorted(profiles)
        found = [await self._events.find_one({"profile": one}, {"profile": 1}) for one in wanted]
        return {document["profile"] for document in found if document}

    async def any_about(self, profile: str, identifiers: Iterable[str], *, until: datetime) -> bool:
        """Whether an event of this profile is about one of these, and happened until then."""
        query = {
            "profile": profile,
            "time": {"$lte": until},
            "identifiers": {"$in": sorted(identifiers)},
        }
        return await self._events.find_one(query, {"_id": 1}) is not None

    async def of_batch(self, lane: str, seq: int) -> tuple[int, list[Entry]]:
        """The version of the definitions of a batch, and every event stored under its number."""
        found = await self._events.find({"lane": lane, "seq": seq}).to_list()
        version = found[0]["catalogue"] if found else 0
        return version, [load_entry(document) for document in found]

    async def known(self, ids: Iterable[str]) -> set[str]:
        """Those of these ids that are in the ledger."""
        found = self._events.find({"_id": {"$in": sorted(ids)}}, {"_id": 1})
        return {document["_id"] async for document in found}

    async def with_ids(self, ids: Iterable[str]) -> dict[str, Entry]:
        """The entries of these ids."""
        found = self._events.find({"_id": {"$in": sorted(ids)}})
        return {document["_id"]: load_entry(document) async for document in found}

    async def move(self, profile: str, *, to: str) -> None:
        """Let the events that show under one profile show under another."""
        await self._events.update_many({"profile": profile}, {"$set": {"profile": to}})

    async def show(self, ids: Iterable[str], *, under: str) -> None:
        """Let these events show under a profile."""
        await self._events.update_many({"_id": {"$in": sorted(ids)}}, {"$set": {"profile": under}})

    async def evict(self, lane: str, seq: int, targets: Iterable[str]) -> None:
        """Make the events of a batch that were stored for these targets homeless."""
        query = {"lane": lane, "seq": seq, "target": {"$in": sorted(targets)}}
        await self._events.update_many(
            query, {"$set": {"seq": HOMELESS}, "$unset": dict.fromkeys(_HOME, "")}
        )

    async def disown(self, profile: str) -> None:
        """Let the events that show under a broken profile belong to nobody, and be found by it."""
        disowned = {"$unset": {"profile": ""}, "$set": {"broken": profile}}
        async for part, _ in self._stretches({"profile": profile}):
            await self._events.update_many(part, disowned)

    async def delete(self, query: Document, *, parting: Parting) -> None:
        """Delete events; first their accounts are told that they are going."""
        async for part, accounts in self._stretches(query):
            await parting(accounts)
            await self._events.delete_many(part)

    async def delete_applied(self, profile: str, guard: Guard, *, parting: Parting) -> None:
        """Delete those events that show under a profile and were applied to it, by its guards.

        Others have not been told to anybody yet, and are somebody else's.
        """
        chunk: list[Document] = []
        fields = dict.fromkeys(("account", "lane", "seq", "target", "part.of"), 1)
        async for document in self._events.find({"profile": profile}, fields):
            if _is_applied(document, profile, guard):
                chunk.append(document)
            if len(chunk) == _CHUNK:
                await self._delete(chunk, parting)
                chunk = []
        await self._delete(chunk, parting)

    async def _delete(self, documents: list[Document], parting: Parting) -> None:
        going = [*documents, *await self._nameless(documents)]
        await parting({document["account"] for document in going} - {None})
        await self._events.delete_many({"_id": {"$in": [one["_id"] for one in going]}})

    async def _nameless(self, documents: Iterable[Document]) -> list[Document]:
        """The differences of these views that name nobody: they tell of whoever the view is of."""
        views = sorted({one["part"]["of"] for one in documents if "part" in one})
        if not views:
            return []
        query = {
            "part.of": {"$in": views},
            "part.counts": False,
            "part.shown": False,
            "identifiers": [],
        }
        return await self._events.find(query, {"account": 1}).to_list()

    async def _stretches(self, query: Document) -> AsyncIterator[tuple[Document, set[str]]]:
        """Filters for a part of the events, with their accounts.

        Each part has to be done away with before the next.
        """
        fields = {"_id": 1, "account": 1}
        while found := await self._events.find(query, fields, limit=_CHUNK).to_list():
            accounts = {document["account"] for document in found} - {None}
            yield {"_id": {"$in": [document["_id"] for document in found]}, **query}, accounts

    async def show_best(self, views: Iterable[str]) -> None:
        """Hide the versions of these views that are not, or no longer, the ones to show.

        Whoever stores a version looks afterwards, so that the last to look sees all.
        """
        query = {"part.of": {"$in": sorted(views)}, "type": EventType.VIEW}
        kept = {"part.of": 1, "sequence": 1, "identifiers": 1, "profiled": 1}
        if hidden := superseded(await self._events.find(query, kept).to_list()):
            await self._events.update_many({"_id": {"$in": hidden}}, {"$set": {"type": HIDDEN}})

    async def count_before(self, catalogue: int, *, key: str) -> int | None:
        """How many entries ``before`` would give; None where those are too many to be counted."""
        query = _before(catalogue, key=key)
        counted = await self._events.count_documents(query, limit=MAX_COUNTED)
        return counted if counted < MAX_COUNTED else None

    async def before(
        self, catalogue: int, *, key: str, after: str = "", but: Callable[[str, str, int], bool]
    ) -> AsyncIterator[list[Entry]]:
        """Entries folded under an older version of the definitions, ordered by ``key``.

        ``after``: where to go on. ``but`` is told their ``key``, lane and number, and leaves some
        out.
        """
        query = _before(catalogue, key=key, after=after)
        chunk: list[Entry] = []
        async for document in self._events.find(query, sort=[(key, 1)]):
            if not but(document[key], document["lane"], document["seq"]):
                chunk.append(load_entry(document))
            if len(chunk) == _CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk


def _before(catalogue: int, *, key: str, after: str = "") -> Document:
    return {key: {"$gt": after}, "catalogue": {"$lt": catalogue}}


def _is_applied(event: Document, profile: str, guard: Guard) -> bool:
    lane, target = event["lane"], event.get("target")
    key = lane if target == profile else f"{lane}|{target}"
    return bool(guard.get(key, 0) >= event["seq"] > HOMELESS)


def _document(entry: Entry, batch: Batch) -> Document:
    document = {**event_document(entry.event), **batch.fields, **_home(entry)}
    if entry.policy is not IdentityPolicy.MERGE_ALL:
        document["policy"] = entry.policy
    return document


def _housing(entry: Entry, batch: Batch) -> UpdateOne:
    home = _home(entry)
    gone = dict.fromkeys((name for name in _HOME if name not in home), "")
    return UpdateOne(
        {"_id": entry.event.id, "lane": batch.lane, "seq": batch.seq},
        {"$set": home, "$unset": gone},
    )


def _home(entry: Entry) -> Document:
    """Whom the event belongs to."""
    home: Document = {}
    if entry.target is not None:
        home |= {"target": entry.target, "profile": entry.target}
    return home | apart_fields(entry.event, entry.apart)


def apart_fields(event: Event, apart: Sequence[str]) -> Document:
    """How it is stored that some identifiers of the event belong to somebody else."""
    return {"apart": list(apart), "about": principal(event.identifiers)} if apart else {}
