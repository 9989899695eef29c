"""The service over a database of a test, and what stands in the database afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.aggregation.monoids import Aggregation
from app.aggregation.reading import read
from app.attributes.model import AttributeDefinition, ProfileKind
from app.attributes.service import NewAttribute
from app.events.stored import Entry, load_entry
from app.events.wire import EventInput
from app.identity.model import IdentityPolicy
from app.ingestion.outcome import Outcome
from app.profiles.model import Fold
from app.profiles.stored import load_fold
from app.services import Services, compose
from app.settings import Settings
from app.storage.client import Database, Document
from app.values import DataType
from migrations.runner import migrate
from tests.building import NOON

Shown = dict[str, Any]
"""What attributes show: a value, a pair for first & last, or ``[(time, value), ...]``."""

_COLLECTIONS = {
    ProfileKind.USER: "profiles",
    ProfileKind.ACCOUNT: "accounts",
    ProfileKind.SESSION: "sessions",
}
_CONTENT = (
    *_COLLECTIONS.values(),
    *("events", "identifiers", "collisions", "broken_profiles", "broken_accounts", "erasures"),
    "unmerges",
)


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Let time pass: ``advance(days=40)``."""
        self.now += timedelta(**by)


@dataclass(frozen=True)
class World:
    """One process of the service, and its database."""

    database: Database
    services: Services
    clock: Clock

    async def ingest(
        self,
        *events: EventInput,
        sent_at: datetime | None = None,
        policy: IdentityPolicy | None = None,
    ) -> Outcome:
        """Send one batch."""
        return await self.services.ingestion.ingest(events, sent_at=sent_at, policy=policy)

    async def define(
        self,
        name: str,
        aggregation: Aggregation,
        data_type: DataType = DataType.STRING,
        *,
        kind: ProfileKind = ProfileKind.USER,
        event_field: str | None = None,
    ) -> AttributeDefinition:
        """Add a custom attribute, fed by the property of its name."""
        new = NewAttribute(kind, name, data_type, aggregation, event_field=event_field)
        return await self.services.attributes.create(new, now=self.clock.now)

    def another_process(self) -> "World":
        """A second process of the service on the same database."""
        return World(self.database, compose(self.database, Settings(), self.clock), self.clock)

    async def documents(self, collection: str) -> list[Document]:
        """Every document of a collection, by id."""
        return await self.database[collection].find({}, sort=[("_id", 1)]).to_list()

    async def living(self, collection: str = "profiles") -> list[Document]:
        """The documents that are neither merged, nor deleted, nor only claimed, by id."""
        return [
            one
            for one in await self.documents(collection)
            if one.get("merged_into") is None and one.get("deleted") is None and "created_at" in one
        ]

    async def folds(self, kind: ProfileKind = ProfileKind.USER) -> dict[str, Fold]:
        """What the living documents of one kind hold, by id."""
        catalogue = await self.services.attributes.current()
        found = await self.living(_COLLECTIONS[kind])
        return {one["_id"]: load_fold(one, kind, catalogue) for one in found}

    async def the_fold(self, kind: ProfileKind = ProfileKind.USER) -> Fold:
        """What the only living document of a kind holds."""
        (fold,) = (await self.folds(kind)).values()
        return fold

    async def shown(self, *names: str, kind: ProfileKind = ProfileKind.USER) -> Shown:
        """What these attributes of the only document show; those without a value are left out."""
        attributes = (await self.the_fold(kind)).attributes
        return {name: show(*attributes[name]) for name in names if name in attributes}

    async def entries(self) -> list[Entry]:
        """The ledger, by event id."""
        return [load_entry(document) for document in await self.documents("events")]

    async def registry(self) -> dict[str, str]:
        """The profile of each identifier."""
        return {one["_id"]: one["profile"] for one in await self.documents("identifiers")}

    async def forget(self) -> None:
        """Empty the database, but for the definitions of attributes and the lanes."""
        for collection in _CONTENT:
            await self.database[collection].delete_many({})


def show(aggregation: Aggregation, state: Any) -> Any:
    """What a state shows, in a form that is easy to write down."""
    reading = read(aggregation, state)
    if reading.entries is not None:
        return [(entry.time, entry.value) for entry in reading.entries]
    if aggregation is Aggregation.FIRST_AND_LAST:
        return reading.first, reading.last
    return reading.value


async def start(database: Database) -> World:
    """The first process on a fresh database."""
    await prepare(database)
    return first_process(database)


def first_process(database: Database) -> World:
    """A process on a database that is prepared."""
    clock = Clock()
    return World(database, compose(database, Settings(), clock), clock)


async def prepare(database: Database) -> None:
    """Migrate a database, as tests need it.

    They live in the past: a store would sweep their tombstones away, as a month old.
    """
    _ = [step async for step in migrate(database, now=NOON)]
    await database["sessions"].drop_index("tombstones")
    await database["profiles"].drop_index("forgotten")
