"""Merging by atomic single-document steps, each safe to repeat.

The younger profile is closed first: from then on it is frozen, and everything that is meant for
it goes to the older one. Then its content is absorbed, once. A crash leaves a tombstone that is
``pending``; ``recover`` finishes it.
"""

from collections.abc import Sequence
from datetime import datetime

from app.attributes.model import ProfileKind
from app.attributes.service import AttributeService
from app.errors import MergeRefusedError
from app.events.repository import EventRepository
from app.identity.repository import IdentifierRepository
from app.profiles.model import Standing
from app.profiles.repository import DocumentRepository
from app.profiles.sessions import session_document_id
from app.profiles.stored import load_fold
from app.removal.limits import Limits
from app.removal.service import RemovalService
from app.storage.client import Document


class MergeService:
    """Joins profiles, with their identifiers, events and sessions."""

    def __init__(
        self,
        *,
        profiles: DocumentRepository,
        sessions: DocumentRepository,
        events: EventRepository,
        identifiers: IdentifierRepository,
        attributes: AttributeService,
        removal: RemovalService,
        limits: Limits,
    ) -> None:
        self._profiles = profiles
        self._sessions = sessions
        self._events = events
        self._identifiers = identifiers
        self._attributes = attributes
        self._removal = removal
        self._limits = limits

    async def merge(self, a: str, b: str, *, now: datetime) -> str:
        """Join two profiles into the older one; the living profile that both lead to now."""
        while a != b:
            older, younger = min(a, b), max(a, b)
            if await self._profiles.close(younger, into=older, now=now):
                await self._finish(younger)
                return await self._root(older)
            standing = await self._profiles.get(younger) or {}
            if standing.get("deleted") is not None:
                return await self._root(older)
            a, b = await self._root(younger), await self._root(older)
        return await self._root(a)

    async def join(self, younger: Standing, older: str, *, now: datetime) -> str | None:
        """Join a profile into an older one; None if its marks are not those that were looked at."""
        if not await self._profiles.close(
            younger.profile, into=older, now=now, unless_changed=younger
        ):
            return None
        await self._finish(younger.profile)
        return await self._root(older)

    async def merge_all(
        self, primary: str | None, secondary: Sequence[str], *, now: datetime
    ) -> str:
        """Join living profiles as somebody asked for; the one that they all are now.

        The oldest always stays: a merge that could go either way could also go in circles.
        """
        profiles = sorted({*secondary, *([primary] if primary else [])})
        if not secondary:
            raise MergeRefusedError("no secondary profile is named", ("secondary",))
        if primary is not None and primary != profiles[0]:
            raise MergeRefusedError("a secondary profile is older than the primary", ("primary",))
        merged = profiles[0]
        for other in profiles[1:]:
            merged = await self.merge(merged, other, now=now)
        return merged

    async def recover(self) -> int:
        """Finish merges that a crash left half-way; how many there were."""
        tombstones = await self._profiles.pending()
        for tombstone in tombstones:
            await self._finish(tombstone["_id"])
        return len(tombstones)

    async def settle(self, profile: str) -> str:
        """Bring whatever still stands under a closed profile to the living one; its id.

        Goes from tombstone to tombstone, so that what another merge moves at the same time is
        met at the next one.
        """
        while (tombstone := await self._profiles.get(profile)) and tombstone.get("merged_into"):
            await self.move(profile, to=tombstone["merged_into"])
            profile = tombstone["merged_into"]
        return profile

    async def move(self, profile: str, *, to: str) -> None:
        """Hand identifiers, events and sessions of one profile over to another."""
        await self._identifiers.move(profile, to=to)
        await self._events.move(profile, to=to)
        for session in await self._sessions.of_profile(profile):
            await self._move_session(session, to=to)

    async def _finish(self, profile: str) -> None:
        frozen = await self._profiles.get(profile)
        if frozen and frozen.get("pending"):
            await self._absorb(self._profiles, frozen, kind=ProfileKind.USER, owner=profile)
            root = await self.settle(profile)
            await self._removal.sweep(root, merged=frozen)  # it may have been removed meanwhile
            await self._limits.enforce([root])
            await self._profiles.clear(profile)

    async def _move_session(self, session: Document, *, to: str) -> None:
        """Join a session with the same session of the other profile."""
        target = session_document_id(to, session["session_id"])
        now = session.get("updated_at") or session["closed_at"]
        await self._sessions.close(session["_id"], into=target, now=now)
        frozen = await self._sessions.get(session["_id"])
        if frozen and frozen.get("pending"):
            await self._absorb(
                self._sessions, frozen, kind=ProfileKind.SESSION, owner=frozen["profile"]
            )
            await self._sessions.clear(session["_id"])

    async def _absorb(
        self,
        documents: DocumentRepository,
        frozen: Document,
        *,
        kind: ProfileKind,
        owner: str,
    ) -> None:
        catalogue = await self._attributes.current()
        fold = load_fold(frozen, kind, catalogue)
        await documents.absorb(frozen, fold, owner=owner)

    async def _root(self, profile: str) -> str:
        return (await self._profiles.roots([profile]))[profile]
