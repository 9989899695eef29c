"""The end of a batch: what it changes is applied to the documents, exactly once.

Sessions come before profiles: a merge that closes a profile after our update of it finds our
sessions and events in place and moves them; one that came before shows in the update's answer,
and they are moved here. Accounts come last: events whose profile was removed before it could take
them go on in another batch, and count for their accounts there.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from app.events.repository import EventRepository
from app.identity.collision_repository import CollisionRepository
from app.ingestion.lanes import Lane
from app.merging.service import MergeService
from app.profiles.model import Fold
from app.profiles.plan import Plan, SessionKey
from app.profiles.repository import DocumentRepository, Share
from app.profiles.sessions import session_document_id
from app.removal.service import RemovalService


class Applier:
    """Applies a batch to accounts, sessions and profiles; may be repeated at will."""

    def __init__(
        self,
        *,
        profiles: DocumentRepository,
        sessions: DocumentRepository,
        accounts: DocumentRepository,
        collisions: CollisionRepository,
        merging: MergeService,
        removal: RemovalService,
        events: EventRepository,
    ) -> None:
        self._profiles = profiles
        self._sessions = sessions
        self._accounts = accounts
        self._collisions = collisions
        self._merging = merging
        self._removal = removal
        self._events = events

    async def apply(self, lane: Lane, planned: Plan, *, now: datetime) -> dict[str, str | None]:
        """Apply the plan of the lane's batch, but for accounts; where each profile's share ended.

        None: nowhere, since the profile was removed before it had taken the share.
        """
        if planned.views:
            await self._events.show_best(planned.views)
        sessions = [_session_share(key, fold) for key, fold in planned.sessions.items()]
        await asyncio.gather(
            self._sessions.apply(sessions, lane=lane.name, seq=lane.seq),
            self._collisions.record(planned.collisions.values(), now=now),
        )
        return await self._apply_profiles(lane, planned.profiles)

    async def apply_accounts(self, lane: Lane, folds: Mapping[str, Fold]) -> None:
        """Apply what the lane's batch has for accounts, without events that go on elsewhere."""
        shares = [Share(key, key, fold) for key, fold in folds.items()]
        await self._accounts.apply(shares, lane=lane.name, seq=lane.seq)

    async def tidy(self, profile: str) -> None:
        """Hand over what stands under a closed profile; where it was removed, take that away."""
        await self._removal.sweep(await self._merging.settle(profile))

    async def _apply_profiles(self, lane: Lane, folds: dict[str, Fold]) -> dict[str, str | None]:
        shares = [Share(target, target, fold) for target, fold in folds.items()]
        ended = await self._profiles.apply(shares, lane=lane.name, seq=lane.seq)
        for share in shares:
            root = ended[share.document_id]
            if root is not None and root != share.origin:
                await self.tidy(share.origin)
        return ended


def _session_share(key: SessionKey, fold: Fold) -> Share:
    document_id = session_document_id(*key)
    return Share(document_id, key.profile, fold)
