"""Erasures in MongoDB: that they happened, and whom to keep out, as hashes under a secret key."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from secrets import token_bytes

from pymongo import UpdateOne

from app.erasure.model import Erasure, before, pseudonym
from app.events.model import Event
from app.paging import Order, Page, PageRequest, Sort
from app.storage.client import Database, Document
from app.storage.pages import read_pages
from app.storage.parts import in_parts

LATEST_FIRST: Order = (Sort("requested_at", -1), Sort("_id", -1))

_KEY_BYTES = 32


class ErasureRepository:
    """Remembers erasures. ``secret``: the key, if it is not to stand in the database."""

    def __init__(self, database: Database, secret: str | None = None) -> None:
        self._erasures = database["erasures"]
        self._erased = database["erased_identifiers"]
        self._settings = database["settings"]
        self._key = blake2b(secret.encode(), digest_size=_KEY_BYTES).digest() if secret else None

    async def begin(self, erasure: Erasure, profile: str) -> None:
        """Write down that a profile is to be erased: it will be, whatever happens."""
        begun = {"requested_at": erasure.requested_at, "profile": profile}
        await self._erasures.update_one({"_id": erasure.id}, {"$setOnInsert": begun}, upsert=True)

    async def tell(self, erasure_id: str, *, identifiers: int) -> None:
        """Write down how many identifiers there were."""
        told = {"$max": {"identifiers": identifiers}}
        await self._erasures.update_one({"_id": erasure_id}, told)

    async def finish(self, erasure_id: str, *, now: datetime) -> None:
        """Write down that it was done, and forget who it was; two may have done it at once."""
        done = {"$max": {"finished_at": now}, "$unset": {"profile": ""}}
        await self._erasures.update_one({"_id": erasure_id}, done)

    async def unfinished(self) -> list[tuple[Erasure, str]]:
        """Erasures that were begun and not finished, with the profiles they are about."""
        found = self._erasures.find({"profile": {"$gt": ""}})
        return [(_load(document), document["profile"]) async for document in found]

    async def get(self, erasure_id: str) -> Document:
        """An erasure."""
        found = await self._erasures.find_one({"_id": erasure_id})
        assert found, "erasures are never deleted"
        return found

    async def page(self, request: PageRequest) -> Page:
        """A page of all erasures, the latest first."""
        [page] = await read_pages(self._erasures, [{}], LATEST_FIRST, request)
        return page

    async def count(self) -> int:
        """How many erasures there are."""
        return await self._erasures.count_documents({})

    async def remember(self, identifiers: Iterable[str], at: datetime) -> None:
        """Keep events about these identifiers out that happen until then."""
        key = await self._own_key()
        updates = [
            UpdateOne({"_id": pseudonym(one, key)}, {"$max": {"at": at}}, upsert=True)
            for one in sorted(identifiers)
        ]

        async def write(part: Sequence[UpdateOne]) -> None:
            await self._erased.bulk_write(part, ordered=False)

        await in_parts(updates, write)

    async def late(self, events: Iterable[Event]) -> set[str]:
        """The ids of those events that happened before somebody they are about was erased.

        To be asked after looking up whose identifiers they are: an erasure is remembered before
        the identifiers are forgotten, so that one of the two always shows.
        """
        about = [one for one in events if one.identifiers]
        key = await self._known_key() if about else None
        if key is None:
            return set()
        names = {pseudonym(name, key): name for one in about for name in one.identifiers}
        found = self._erased.find({"_id": {"$in": sorted(names)}}, batch_size=len(names) + 1)
        return before(about, {names[one["_id"]]: one["at"] async for one in found})

    async def _known_key(self) -> bytes | None:
        """The key, if anybody was ever erased."""
        if self._key is None:
            stored = await self._settings.find_one({"_id": "erasures"})
            self._key = bytes(stored["key"]) if stored else None
        return self._key

    async def _own_key(self) -> bytes:
        """The key, made when it is needed for the first time."""
        if self._key is None:
            fresh = {"$setOnInsert": {"key": token_bytes(_KEY_BYTES)}}
            await self._settings.update_one({"_id": "erasures"}, fresh, upsert=True)
        key = await self._known_key()
        assert key, "it was made if it was not there"
        return key


def _load(document: Document) -> Erasure:
    return Erasure(document["_id"], document["requested_at"])
