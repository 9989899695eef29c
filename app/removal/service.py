"""Removing profiles by atomic single-document steps, each safe to repeat.

The profile is closed first: from then on it is frozen, and nothing can be applied to it. Then
all that belongs to it goes. A crash leaves a tombstone that is ``ending``; ``recover`` finishes
it. Whoever finds the tombstone in the way of something newer takes that away, see ``sweep``.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bson import encode

from app.events.repository import EventRepository
from app.identity.repository import IdentifierRepository
from app.paging import Mql, Page, PageRequest
from app.profiles.end_repository import EndRepository
from app.removal.model import Reason
from app.removal.repository import QuarantineRepository
from app.storage.client import Document

TOMBSTONES_STAY = timedelta(days=30)
"""How long the tombstones of a profile stay whose events are gone: far longer than any process
sleeps that still has something for it."""

_KEPT = ("identifiers", "attributes", "accounts", "created_at", "updated_at")


class RemovalService:
    """Removes profiles, with their identifiers, events and sessions."""

    def __init__(
        self,
        *,
        profiles: EndRepository,
        sessions: EndRepository,
        accounts: EndRepository,
        identifiers: IdentifierRepository,
        events: EventRepository,
        quarantine: QuarantineRepository,
    ) -> None:
        self._profiles = profiles
        self._sessions = sessions
        self._accounts = accounts
        self._identifiers = identifiers
        self._events = events
        self._quarantine = quarantine

    async def remove(
        self, profile: str, reason: Reason, *, now: datetime, only: Mql | None = None
    ) -> bool:
        """Remove a living profile; False if somebody else has, or it does not match ``only``."""
        if not await self.close(profile, reason, now=now, only=only):
            return False
        await self.finish(profile)
        return True

    async def close(
        self, profile: str, reason: Reason, *, now: datetime, only: Mql | None = None
    ) -> bool:
        """The first step of ``remove``."""
        tombstone = {"deleted": now, "reason": reason}
        return await self._profiles.end(profile, tombstone, only=only)

    async def bar(self, profile: str, reason: Reason, *, now: datetime) -> None:
        """Close a profile, also one that is to come: a batch has it in mind."""
        await self._profiles.bar(profile, {"deleted": now, "reason": reason})

    async def forestall(self, profile: str, *, now: datetime) -> None:
        """End a profile to which nothing was ever written; nothing happens if something was.

        Whoever has it in mind finds it closed, and looks for another one.
        """
        tombstone = {"deleted": now, "reason": Reason.EXPIRED}
        if await self._profiles.forestall(profile, tombstone):
            await self.finish(profile)

    async def release(self, profile: str) -> None:
        """Free the identifiers of a profile that is closed, before the rest is done."""
        await self._identifiers.release(profile)

    async def recover(self) -> int:
        """Finish removals that a crash left half-way; how many there were.

        Erasures have more to do and see to themselves.
        """
        unfinished = [
            one for one in await self._profiles.unfinished() if one["reason"] != Reason.ERASED
        ]
        for one in unfinished:
            await self.finish(one["_id"])
        return len(unfinished)

    async def finish(self, profile: str) -> None:
        """The other steps of ``remove``; may be repeated."""
        ended = await self._profiles.ended(profile)
        if ended is None or not ended.get("ending"):
            return
        if Reason(ended["reason"]).is_broken:
            await self._quarantine.keep(_broken(ended))
        await self._sweep(ended)
        await self._profiles.clear(profile)

    async def sweep(self, profile: str, *, merged: Document | None = None) -> None:
        """Take away what stands under a removed profile, also what came after its end.

        ``merged``: a profile that became part of this one just before, so that it went with it.
        """
        ended = await self._profiles.ended(profile)
        if ended and merged:
            await self._profiles.inherit(profile, merged.get("identifiers", ()))
        if ended:
            await self._sweep(ended, merged)

    async def forget(self, events: Mql) -> None:
        """Delete events. What they added to their accounts stays, and no ledger tells it again."""
        await self._events.delete(events, parting=self._accounts.outlive)

    async def broken(self, request: PageRequest) -> Page:
        """A page of the broken profiles, the latest first."""
        return await self._quarantine.page(request)

    async def broken_by_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The broken profiles of these ids."""
        return await self._quarantine.with_ids(ids)

    async def count_broken(self) -> int:
        """How many broken profiles are kept."""
        return await self._quarantine.count()

    async def _sweep(self, ended: Document, merged: Document | None = None) -> None:
        """Identifiers go first, so that they start anew, also those claimed after a merge.

        Sessions of merged profiles may stand half-way, moved by a process that died of it. Events
        of a broken profile stay, so that none counts again. Of others, those go that it had taken.
        """
        profile, at = ended["_id"], ended["deleted"]
        tombstones = [profile, *ended.get("absorbed", ()), *([merged["_id"]] if merged else [])]
        await self._identifiers.release(*tombstones)
        await self._sessions.end_of_profiles(tombstones, now=at)
        if Reason(ended["reason"]).is_broken:
            await self._events.disown(profile)
            return
        guard = {**ended.get("guard", {}), **(_marked(merged) if merged else {})}
        await self._events.delete_applied(profile, guard, parting=self._accounts.outlive)
        await self._profiles.forget(tombstones, at=at + TOMBSTONES_STAY)


def _marked(merged: Document) -> dict[str, int]:
    """The guards of a merged profile, as the one that it was merged into would have them."""
    guards = merged.get("guard", {})
    return {key if "|" in key else f"{key}|{merged['_id']}": seq for key, seq in guards.items()}


def _broken(ended: Document) -> Document:
    """What is kept of a broken profile."""
    return {
        "_id": ended["_id"],
        "reason": ended["reason"],
        "identifier_count": len(ended.get("identifiers", ())),
        "bytes": len(encode(ended)),
        "removed_at": ended["deleted"],
        **{name: ended[name] for name in _KEPT if name in ended},
    }
