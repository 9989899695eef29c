"""The floor of ingestion: the bare driver writes what the service would write, and nothing else.

Events are parsed, resolved, folded and compiled by the project itself, before the clock starts;
a recorder takes what its repositories send. The driver then sends just that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from app.attributes.catalogue import Catalogue
from app.events.repository import Batch as Place
from app.events.repository import EventRepository
from app.events.stored import Entry
from app.events.wire import EventInput
from app.ingestion.outcome import receive
from app.paging import Mql
from app.profiles.ids import new_profile_id
from app.profiles.plan import Plan, plan
from app.profiles.repository import DocumentRepository, Share
from app.profiles.sessions import session_constants, session_document_id
from app.services import utc_now
from app.storage.client import Database, Document, Write
from tests.benchmarks.events import Batch
from tests.benchmarks.rounds import Turn

_LANE = "lane-00"


@dataclass(slots=True)
class _Recorder:
    """A database that writes nothing, but remembers what was to be written where."""

    inserts: dict[str, list[Document]] = field(default_factory=dict)
    updates: dict[str, list[Write]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> "_RecordingCollection":
        return _RecordingCollection(name, self)


@dataclass(frozen=True, slots=True)
class _RecordingCollection:
    name: str
    recorder: _Recorder

    async def insert_many(self, documents: list[Document], *, ordered: bool) -> None:
        assert not ordered
        self.recorder.inserts.setdefault(self.name, []).extend(documents)

    async def bulk_write(self, requests: Sequence[Write], *, ordered: bool) -> None:
        assert not ordered
        self.recorder.updates.setdefault(self.name, []).extend(requests)


class Floor:
    """Writes batches of events, and the folded updates that they make."""

    def __init__(self, uri: str, name: str) -> None:
        client: AsyncMongoClient[Document] = AsyncMongoClient(uri)
        self._database: AsyncDatabase[Document] = client[name]
        self._catalogue = Catalogue()
        self._profiles: dict[str, str] = {}
        self._seq = 0

    async def turn(self, events: Batch) -> Turn:
        """All that is left to do for a batch."""
        writes = await self._compiled(events.inputs)

        async def write() -> None:
            for name, documents in writes.inserts.items():
                await self._database[name].insert_many(documents, ordered=False)
            for name, requests in writes.updates.items():
                await self._database[name].bulk_write(cast("Any", requests), ordered=False)

        return write

    async def close(self) -> None:
        """Give the connections back."""
        await self._database.client.close()

    async def _compiled(self, inputs: list[EventInput]) -> _Recorder:
        self._seq += 1
        recorder, now = _Recorder(), utc_now()
        database = cast("Database", recorder)
        events = receive(inputs, received_at=now, sent_at=None).events
        entries = [Entry(event, self._profile_of(event.identifiers[0])) for event in events]
        place = Place(_LANE, self._seq, self._catalogue.version)
        await EventRepository(database).store(entries, place)
        planned = plan(entries, self._catalogue, now=now)
        for name, (constants, ones) in _shares(planned).items():
            documents = DocumentRepository(database[name], constants)
            await documents.apply(ones, lane=_LANE, seq=self._seq)
        return recorder

    def _profile_of(self, identifier: str) -> str:
        return self._profiles.setdefault(identifier, new_profile_id(utc_now()))


def _shares(planned: Plan) -> dict[str, tuple[Callable[[str], Mql], list[Share]]]:
    """Constants and shares by collection, in the order in which the service applies them."""
    return {
        "sessions": (
            session_constants,
            [
                Share(session_document_id(*key), key.profile, fold)
                for key, fold in planned.sessions.items()
            ],
        ),
        "profiles": (
            lambda _id: {},
            [Share(key, key, fold) for key, fold in planned.profiles.items()],
        ),
        "accounts": (
            lambda _id: {},
            [Share(key, key, fold) for key, fold in planned.accounts.items()],
        ),
    }
