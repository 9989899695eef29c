"""The steps, in order. A step is never changed once released; a new need is a new step.

Every step may run twice and may run while the service is up. Collections shard as follows, where
MongoDB is a cluster:

- ``identifiers``, ``profiles``, ``accounts``: hashed ``_id``; every hot query names the ``_id``.
- ``events``: hashed ``profile`` for reading one person's history would split the uniqueness of
  event ids, which counting once depends on; so hashed ``_id`` too.
- ``sessions``: hashed ``profile``; their ids begin with it, so they stay unique.
- ``segment_members``: hashed ``_id``, which is made of segment and member.
- ``segment_rows``: hashed ``_id``, which is made of list and key.
- ``collisions``, ``unmerges``: hashed ``_id``.
- ``segments``, ``segment_lists``, ``event_sources``, ``lanes``, ``settings``, ``migrations``:
  small, not sharded.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pymongo import ASCENDING, DESCENDING

from app.attributes.defaults import account_attributes, datadog_user_attributes
from app.profiles.index_repository import IndexRepository
from app.storage.client import Database
from app.storage.indexes import drop_index

_MONTH_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered change of the database."""

    number: int
    title: str
    apply: Callable[[Database], Awaitable[None]]

    @property
    def id(self) -> str:
        """The name under which the step is recorded."""
        return f"{self.number:04}"


async def _index_events(database: Database) -> None:
    events = database["events"]
    await events.create_index([("lane", ASCENDING), ("seq", ASCENDING)], name="batch")
    await events.create_index([("target", ASCENDING)], name="target")
    await events.create_index([("profile", ASCENDING), ("time", DESCENDING)], name="history")
    await events.create_index(
        [("account", ASCENDING), ("time", DESCENDING)], name="account_history"
    )


async def _index_registry(database: Database) -> None:
    await database["identifiers"].create_index([("profile", ASCENDING)], name="owner")


async def _index_profiles(database: Database) -> None:
    profiles = database["profiles"]
    await profiles.create_index([("identifiers", ASCENDING)], name="identifiers")
    await profiles.create_index([("accounts", ASCENDING), ("_id", DESCENDING)], name="members")
    await _index_tombstones(database, "profiles")


async def _index_sessions(database: Database) -> None:
    await database["sessions"].create_index(
        [("profile", ASCENDING), ("attributes.started_at", DESCENDING)], name="history"
    )
    await _index_tombstones(database, "sessions")


async def _index_tombstones(database: Database, collection: str) -> None:
    """Unfinished merges are found at once; finished ones redirect for a month, then go."""
    documents = database[collection]
    await documents.create_index(
        [("pending", ASCENDING)], name="pending", partialFilterExpression={"pending": True}
    )
    await documents.create_index(
        [("closed_at", ASCENDING)], name="tombstones", expireAfterSeconds=_MONTH_SECONDS
    )


async def _order_histories(database: Database) -> None:
    """Pages are ordered by time and id: with both in the index, no page has to be sorted.

    Pages, actions and sessions of a person are read from their history as well: an index for
    each would make every event dearer to store than it makes these rare reads.
    """
    newest = [("time", DESCENDING), ("_id", DESCENDING)]
    events, sessions = database["events"], database["sessions"]
    await events.create_index(newest, name="timeline")
    await events.create_index([("profile", ASCENDING), *newest], name="profile_history")
    latest = [("attributes.started_at", DESCENDING), ("_id", DESCENDING)]
    await sessions.create_index([("profile", ASCENDING), *latest], name="profile_history")
    for collection in (events, sessions):
        await drop_index(collection, "history")


async def _index_collisions(database: Database) -> None:
    """Events that name somebody else's identifiers are few, so only they are in their index."""
    newest = [("time", DESCENDING), ("_id", DESCENDING)]
    await database["events"].create_index(
        [("about", ASCENDING), ("apart", ASCENDING), *newest],
        name="collisions",
        partialFilterExpression={"about": {"$exists": True}},
    )
    await database["collisions"].create_index(
        [("found_at", DESCENDING), ("_id", DESCENDING)], name="newest"
    )


async def _index_unmerges(database: Database) -> None:
    await database["unmerges"].create_index(
        [("pending", ASCENDING)], name="pending", partialFilterExpression={"pending": True}
    )


async def seed_catalogue(database: Database) -> None:
    """An empty catalogue of attributes, if there is none."""
    await database["settings"].update_one(
        {"_id": "attributes"}, {"$setOnInsert": {"version": 0, "definitions": {}}}, upsert=True
    )


async def _index_lists(database: Database) -> None:
    """Find people by terms, and by each default attribute of the profile pages."""
    for name, attributes in (
        ("profiles", datadog_user_attributes()),
        ("accounts", account_attributes()),
    ):
        documents = database[name]
        await documents.create_index([("terms", ASCENDING)], name="terms")
        for attribute in attributes:
            await IndexRepository(documents).create(attribute)


async def _index_segments(database: Database) -> None:
    """Segments by name and by what they are made of, and the rows of lists by their version."""
    segments = database["segments"]
    name = [("name", ASCENDING), ("_id", ASCENDING)]
    await segments.create_index(name, name="names")
    await segments.create_index([("kind", ASCENDING), *name], name="kinds")
    await segments.create_index([("uses", ASCENDING)], name="users")
    rows = [("segment", ASCENDING), ("version", ASCENDING), ("key", ASCENDING)]
    await database["segment_rows"].create_index(rows, name="list")


async def _index_imports(database: Database) -> None:
    """Rows of lists are found by their ids alone; lists that no segment may be made of by age."""
    await drop_index(database["segment_rows"], "list")
    lists = database["segment_lists"]
    await lists.create_index([("settled", ASCENDING), ("alive_at", ASCENDING)], name="unsettled")


async def _index_sources(database: Database) -> None:
    """Sources by their write key, which is stored as its digest only, and by name."""
    sources = database["event_sources"]
    await sources.create_index([("digest", ASCENDING)], name="keys", unique=True)
    await sources.create_index([("name", ASCENDING), ("_id", ASCENDING)], name="names")


async def _index_removals(database: Database) -> None:
    """Unfinished removals are found at once; broken profiles are listed, the latest first.

    A tombstone of a profile stays as long as events were stored for it, which is for ever where
    it was merged or broken: a back-fill has to be led on, or to be refused.
    """
    profiles = database["profiles"]
    await profiles.create_index(
        [("ending", ASCENDING)], name="ending", partialFilterExpression={"ending": True}
    )
    await drop_index(profiles, "tombstones")
    await profiles.create_index([("forget_at", ASCENDING)], name="forgotten", expireAfterSeconds=0)
    await database["broken_profiles"].create_index(
        [("removed_at", DESCENDING), ("_id", DESCENDING)], name="latest"
    )


async def _index_views(database: Database) -> None:
    """The versions of a view, of which one is shown; other events are no part of anything."""
    await database["events"].create_index(
        [("part.of", ASCENDING)],
        name="parts",
        partialFilterExpression={"part.of": {"$exists": True}},
    )


async def _index_deeds(database: Database) -> None:
    """Who did what: one walk for each event that a condition names.

    Storing 1,000 events with bare inserts takes 1.12 times as long with it.
    """
    keys = [("type", ASCENDING), ("name", ASCENDING), ("time", ASCENDING)]
    await database["events"].create_index(keys, name="deeds")


async def _index_erasures(database: Database) -> None:
    """Erasures, the latest first, and those that are not finished; where people leave traces."""
    erasures = database["erasures"]
    await erasures.create_index([("profiles", ASCENDING)], name="unfinished", sparse=True)
    await erasures.create_index([("requested_at", DESCENDING), ("_id", DESCENDING)], name="latest")
    await erasures.create_index([("hashes", ASCENDING)], name="hashes")
    await database["events"].create_index(
        [("identifiers", ASCENDING)],
        name="unprofiled",
        partialFilterExpression={"profiled": False},
    )
    await database["events"].create_index([("broken", ASCENDING)], name="broken", sparse=True)
    await database["broken_profiles"].create_index([("identifiers", ASCENDING)], name="identifiers")
    for name in ("identifier", "about"):
        await database["collisions"].create_index([(name, ASCENDING)], name=name)


async def _index_stays(database: Database) -> None:
    """Who is in a segment, who entered and who left: by time, and by those who stay."""
    await database["segments"].create_index([("refresh_at", ASCENDING)], name="due")
    stays = database["segment_members"]
    for change in ("entered", "left"):
        keys = [("segment", ASCENDING), (change, DESCENDING), ("_id", DESCENDING)]
        await stays.create_index(keys, name=change)


async def _index_members(database: Database) -> None:
    """What is remembered of a person goes with them."""
    await database["segment_members"].create_index([("member", ASCENDING)], name="member")


async def _index_updates(database: Database) -> None:
    """Profiles by when they were updated, to find what has expired."""
    await database["profiles"].create_index([("updated_at", ASCENDING)], name="updated")


async def _index_differences(database: Database) -> None:
    """The differences that came after a version of a view."""
    await database["events"].create_index(
        [("part.of", ASCENDING), ("sequence", ASCENDING)],
        name="differences",
        partialFilterExpression={"part.counts": False, "part.shown": False},
    )


async def _index_unwritten(database: Database) -> None:
    """Documents that are claimed and not written yet, to leave them out of what is counted."""
    for name in ("profiles", "accounts"):
        await database[name].create_index(
            [("created_at", ASCENDING)],
            name="unwritten",
            partialFilterExpression={"created_at": None, "merged_into": None, "deleted": None},
        )


async def _index_broken_accounts(database: Database) -> None:
    """Broken accounts, the latest first; and those that began anew, which are few."""
    await database["broken_accounts"].create_index(
        [("removed_at", DESCENDING), ("_id", DESCENDING)], name="latest"
    )
    await database["accounts"].create_index([("renewals", ASCENDING)], name="renewals", sparse=True)


STEPS = (
    Step(1, "Index the event ledger by batch, target, profile and account", _index_events),
    Step(2, "Index the identifier registry by owner", _index_registry),
    Step(3, "Index profiles by identifier and account", _index_profiles),
    Step(4, "Index sessions by profile and start", _index_sessions),
    Step(5, "Create the catalogue of attributes", seed_catalogue),
    Step(6, "Index profiles and accounts by terms and default attributes", _index_lists),
    Step(7, "Index events and sessions in the order of their pages", _order_histories),
    Step(8, "Index segments by name and use, and rows of lists by version", _index_segments),
    Step(9, "Index collisions of identifiers and their events", _index_collisions),
    Step(10, "Index imported lists by whether segments are made of them", _index_imports),
    Step(11, "Index sources by write key and name", _index_sources),
    Step(12, "Index removed and broken profiles", _index_removals),
    Step(13, "Index the versions of views", _index_views),
    Step(14, "Index events by type, name and time", _index_deeds),
    Step(15, "Index erasures", _index_erasures),
    Step(16, "Index who entered and left segments", _index_stays),
    Step(17, "Index who was in segments by person", _index_members),
    Step(18, "Index unmerges that are not done", _index_unmerges),
    Step(19, "Index profiles by when they were updated", _index_updates),
    Step(20, "Index the differences between versions of views", _index_differences),
    Step(21, "Index profiles and accounts that are not written yet", _index_unwritten),
    Step(22, "Index broken accounts", _index_broken_accounts),
)
