"""Use cases of reading: one profile, account or session, and pages of them."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from app.identity.model import Identifier, is_type
from app.identity.repository import IdentifierRepository
from app.paging import Mql, Order, Page, PageRequest, Sort
from app.profiles.read_repository import DocumentReader
from app.profiles.repository import DocumentRepository
from app.profiles.sessions import SessionFilter, session_match
from app.storage.client import Document

Ids: TypeAlias = tuple[str, ...]

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

    async def by_id(self, profile_id: str, fields: Iterable[str] | None = None) -> Document | None:
        """The living profile that an id leads to; ids of merged profiles lead to the other one.

        ``fields``: at least these are read of it, or all.
        """
        found = await self._reader.find("_id", profile_id, fields)
        return found or await self._reader.find("_id", await self._root(profile_id), fields)

    async def by_identifier(
        self, identifier: Identifier, fields: Iterable[str] | None = None
    ) -> Document | None:
        """The profile that has this identifier, or these fields of it.

        One indexed read; while a merge is under way the registry knows better.
        """
        if not is_type(identifier.type):
            return None
        found = await self._reader.find("identifiers", identifier.key, fields)
        if found:
            return found
        owner = (await self._identifiers.owners([identifier.key])).get(identifier.key)
        return await self.by_id(owner, fields) if owner else None

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The living profile that each of these ids leads to."""
        return await _living(ids, self._profiles, self._reader)

    async def count(self) -> int:
        """How many profiles there are."""
        return await self._reader.count({})

    async def _root(self, profile_id: str) -> str:
        return (await self._profiles.roots([profile_id]))[profile_id]


class AccountService:
    """Finds account profiles."""

    def __init__(self, reader: DocumentReader) -> None:
        self._reader = reader

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The accounts of these ids."""
        return await self._reader.with_ids(ids)

    async def pages_of(
        self, groups: Sequence[Ids], request: PageRequest, fields: Iterable[str] | None = None
    ) -> list[Page]:
        """The accounts of each of these groups, by id; of them, all or at least these fields."""
        return await self._reader.pages(map(_among, groups), BY_ID, request, fields)

    async def count(self) -> int:
        """How many accounts there are."""
        return await self._reader.count({})

    async def counts_of(self, groups: Sequence[Ids]) -> list[int]:
        """How many accounts there are in each of these groups."""
        return await self._reader.counts(map(_among, groups))


class SessionService:
    """Finds sessions."""

    def __init__(
        self, *, reader: DocumentReader, sessions: DocumentRepository, profiles: DocumentReader
    ) -> None:
        self._reader = reader
        self._sessions = sessions
        self._profiles = profiles

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The session that each of these ids leads to, also through merges of profiles."""
        found = await _living(ids, self._sessions, self._reader)
        people = await self._profiles.with_ids({one["profile"] for one in found.values()})
        return {one: session for one, session in found.items() if session["profile"] in people}

    async def pages_of_profiles(
        self, ids: Sequence[str], wanted: SessionFilter, request: PageRequest
    ) -> list[Page]:
        """The sessions of each of these profiles, the latest first."""
        return await self._reader.pages(_sessions(ids, wanted), LATEST_FIRST, request)

    async def counts_of_profiles(self, ids: Sequence[str], wanted: SessionFilter) -> list[int]:
        """How many sessions each of these profiles has."""
        return await self._reader.counts(_sessions(ids, wanted))


async def _living(
    ids: Iterable[str], documents: DocumentRepository, reader: DocumentReader
) -> dict[str, Document]:
    roots = await documents.roots(ids)
    found = await reader.with_ids(roots.values())
    return {one: found[root] for one, root in roots.items() if root in found}


def _among(ids: Ids) -> Mql:
    return {"_id": {"$in": sorted(ids)}}


def _sessions(ids: Sequence[str], wanted: SessionFilter) -> list[Mql]:
    return [{"profile": one, **session_match(wanted)} for one in ids]
