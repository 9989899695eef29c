"""The end of a batch: what it changes is applied to the documents, exactly once.

Sessions come before profiles: a merge that closes a profile after our update of it finds our
sessions and events in place and moves them; one that came before shows in the update's answer,
and they are moved here.
"""

import asyncio
from datetime import datetime

from app.identity.collision_repository import CollisionRepository
from app.ingestion.lanes import Lane
from app.ingestion.targets import Targets
from app.merging.service import MergeService
from app.profiles.model import Fold
from app.profiles.plan import Plan, SessionKey
from app.profiles.repository import DocumentRepository, Share
from app.profiles.sessions import session_document_id


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
        targets: Targets,
    ) -> None:
        self._profiles = profiles
        self._sessions = sessions
        self._accounts = accounts
        self._collisions = collisions
        self._merging = merging
        self._targets = targets

    async def apply(self, lane: Lane, planned: Plan, *, now: datetime) -> None:
        """Apply the plan of the lane's batch."""
        accounts = [Share(key, key, fold) for key, fold in planned.accounts.items()]
        sessions = [_session_share(key, fold) for key, fold in planned.sessions.items()]
        await asyncio.gather(
            self._accounts.apply(accounts, lane=lane.name, seq=lane.seq),
            self._sessions.apply(sessions, lane=lane.name, seq=lane.seq),
            self._collisions.record(planned.collisions.values(), now=now),
        )
        await self._apply_profiles(lane, planned.profiles, now=now)

    async def _apply_profiles(self, lane: Lane, folds: dict[str, Fold], *, now: datetime) -> None:
        shares = [Share(target, target, fold) for target, fold in folds.items()]
        ended = await self._profiles.apply(shares, lane=lane.name, seq=lane.seq)
        for share in shares:
            root = ended[share.document_id]
            if root is None:
                await self._revive(lane, share, now=now)
            elif root != share.origin:
                await self._merging.settle(share.origin)

    async def _revive(self, lane: Lane, share: Share, *, now: datetime) -> None:
        """The profile was deleted meanwhile: its identifiers make a new one for the events."""
        root = None
        while root is None:
            group = share.fold.identifiers
            owners = await self._targets.of_groups([group], now=now, deleted_too=True)
            fresh = owners[min(group)]
            ended = await self._profiles.apply([share.towards(fresh)], lane=lane.name, seq=lane.seq)
            root = ended[fresh]
        await self._merging.move(share.origin, to=root)
        await self._merging.settle(root)


def _session_share(key: SessionKey, fold: Fold) -> Share:
    document_id = session_document_id(*key)
    return Share(document_id, key.profile, fold)
