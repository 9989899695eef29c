"""Erasures in MongoDB: that they happened, and whom to keep out, as hashes under a secret key.

One document for each, so that it is decided and remembered in one step.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b
from secrets import token_bytes

from app.erasure.model import Erasure, before, pseudonym
from app.events.model import Event
from app.paging import Order, Page, PageRequest, Sort
from app.storage.client import Database, Document
from app.storage.pages import read_pages

LATEST_FIRST: Order = (Sort("requested_at", -1), Sort("_id", -1))

NEVER = datetime.min.replace(tzinfo=UTC)

_KEY_BYTES = 32


class ErasureRepository:
    """Remembers erasures. ``secret``: the key, if it is not to stand in the database."""

    def __init__(self, database: Database, secret: str | None = None) -> None:
        self._erasures = database["erasures"]
        self._settings = database["settings"]
        self._key = blake2b(secret.encode(), digest_size=_KEY_BYTES).digest() if secret else None

    async def begin(self, erasure: Erasure, profile: str, identifiers: Iterable[str]) -> None:
        """Write down that a profile is to be erased: it will be, whatever happens.

        From now on events about these identifiers are kept out that happened until then.
        """
        begun = {
            "requested_at": erasure.requested_at,
            "profiles": [profile],
            "hashes": await self._hashes(identifiers),
        }
        await self._erasures.update_one({"_id": erasure.id}, {"$setOnInsert": begun}, upsert=True)

    async def extend(
        self, erasure: Erasure, profiles: Iterable[str], identifiers: Iterable[str]
    ) -> bool:
        """Erase these profiles too, and keep events about these identifiers out.

        False if somebody else has finished it.
        """
        more = {
            "profiles": {"$each": sorted(profiles)},
            "hashes": {"$each": await self._hashes(identifiers)},
        }
        unfinished = {"_id": erasure.id, "profiles": {"$gt": ""}}
        extended = await self._erasures.update_one(unfinished, {"$addToSet": more})
        return bool(extended.matched_count)

    async def finish(self, erasure: Erasure, profiles: Iterable[str], *, now: datetime) -> bool:
        """Write down that it was done, and forget who it was; False if others were added."""
        others = {"$elemMatch": {"$nin": sorted(profiles)}}
        done = {"$set": {"finished_at": now}, "$unset": {"profiles": ""}}
        finished = await self._erasures.update_one(
            {"_id": erasure.id, "profiles": {"$gt": "", "$not": others}}, done
        )
        return bool(finished.modified_count)

    async def unfinished(self) -> list[tuple[Erasure, list[str]]]:
        """Erasures that were begun and not finished, with the profiles they are about."""
        found = self._erasures.find({"profiles": {"$gt": ""}})
        return [(_load(document), document["profiles"]) async for document in found]

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

    async def late(self, events: Iterable[Event]) -> set[str]:
        """The ids of those events that happened before somebody they are about was erased."""
        about = [one for one in events if one.identifiers]
        key = await self._known_key() if about else None
        if key is None:
            return set()
        names = {pseudonym(name, key): name for one in about for name in one.identifiers}
        found = self._erasures.find({"hashes": {"$in": sorted(names)}}, batch_size=len(names) + 1)
        erased: dict[str, datetime] = {}
        async for erasure in found:
            for name in (names[one] for one in erasure["hashes"] if one in names):
                erased[name] = max(erased.get(name, NEVER), erasure["requested_at"])
        return before(about, erased)

    async def _hashes(self, identifiers: Iterable[str]) -> list[str]:
        key = await self._own_key()
        return [pseudonym(one, key) for one in sorted(identifiers)]

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
