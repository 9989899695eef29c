"""Use cases of reading: one profile, account or session, and pages of them."""

from collections.abc import Iterable

from app.identity.model import Identifier, is_type
from app.identity.repository import IdentifierRepository
from app.profiles.paging import Order, Page, PageRequest, Sort
from app.profiles.read_repository import DocumentReader
from app.profiles.repository import DocumentRepository
from app.storage.client import Document

NEWEST_FIRST: Order = (Sort("_id", -1),)
"""Profiles by creation: their ids are ordered by time."""

BY_ID: Order = (Sort("_id", 1),)

LATEST_FIRST: Order = (Sort("attributes.started_at", -1), Sort("_id", -1))


class ProfileService:
    """Finds user profiles."""

    def __init__(
        self,
        *,
        reader: DocumentReader,
        profiles: DocumentRepository,
        identifiers: IdentifierRepository,
    ) -> None:
        self._reader = reader
        self._profiles = profiles
        self._identifiers = identifiers

    async def by_id(self, profile_id: str) -> Document | None:
        """The living profile that an id leads to; ids of merged profiles lead to the other one."""
        found = await self._reader.find({"_id": profile_id})
        return found or await self._reader.find({"_id": await self._root(profile_id)})

    async def by_identifier(self, identifier: Identifier) -> Document | None:
        """The profile that has this identifier.

        One indexed read; while a merge is under way the registry knows better.
        """
        if not is_type(identifier.type):
            return None
        found = await self._reader.find({"identifiers": identifier.key})
        if found:
            return found
        owner = (await self._identifiers.owners([identifier.key])).get(identifier.key)
        return await self.by_id(owner) if owner else None

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The living profile that each of these ids leads to."""
        return await _living(ids, self._profiles, self._reader)

    async def page(self, request: PageRequest) -> Page:
        """All profiles, the newest first."""
        return await self._reader.page({}, NEWEST_FIRST, request)

    async def page_of_account(self, account_id: str, request: PageRequest) -> Page:
        """The profiles with events in an account, the newest first."""
        return await self._reader.page({"accounts": account_id}, NEWEST_FIRST, request)

    async def count(self) -> int:
        """How many profiles there are."""
        return await self._reader.count({})

    async def count_of_account(self, account_id: str) -> int:
        """How many profiles have events in an account."""
        return await self._reader.count({"accounts": account_id})

    async def _root(self, profile_id: str) -> str:
        return (await self._profiles.roots([profile_id]))[profile_id]


class AccountService:
    """Finds account profiles."""

    def __init__(self, reader: DocumentReader) -> None:
        self._reader = reader

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The accounts of these ids."""
        return await self._reader.with_ids(ids)

    async def page(self, request: PageRequest) -> Page:
        """All accounts, by id."""
        return await self._reader.page({}, BY_ID, request)

    async def page_of(self, ids: Iterable[str], request: PageRequest) -> Page:
        """These accounts, by id."""
        return await self._reader.page({"_id": {"$in": sorted(ids)}}, BY_ID, request)

    async def count(self) -> int:
        """How many accounts there are."""
        return await self._reader.count({})

    async def count_of(self, ids: Iterable[str]) -> int:
        """How many of these accounts there are."""
        return await self._reader.count({"_id": {"$in": sorted(ids)}})


class SessionService:
    """Finds sessions."""

    def __init__(self, *, reader: DocumentReader, sessions: DocumentRepository) -> None:
        self._reader = reader
        self._sessions = sessions

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The session that each of these ids leads to, also through merges of profiles."""
        return await _living(ids, self._sessions, self._reader)

    async def page_of_profile(
        self, profile_id: str, request: PageRequest, *, only_frustrated: bool
    ) -> Page:
        """A profile's sessions, the latest first."""
        return await self._reader.page(_of(profile_id, only_frustrated), LATEST_FIRST, request)

    async def count_of_profile(self, profile_id: str, *, only_frustrated: bool) -> int:
        """How many sessions a profile has."""
        return await self._reader.count(_of(profile_id, only_frustrated))


async def _living(
    ids: Iterable[str], documents: DocumentRepository, reader: DocumentReader
) -> dict[str, Document]:
    roots = await documents.roots(ids)
    found = await reader.with_ids(roots.values())
    return {one: found[root] for one, root in roots.items() if root in found}


def _of(profile_id: str, only_frustrated: bool) -> dict[str, object]:  # noqa: FBT001  # private, two callers
    frustrated = {"attributes.frustration_count": {"$gt": 0}} if only_frustrated else {}
    return {"profile": profile_id, **frustrated}
