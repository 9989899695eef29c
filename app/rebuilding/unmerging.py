"""Unmerging: some identifiers of a profile turn out to be somebody else.

Both sides become what their events say, as if no event had named identifiers of both; such events
belong to whom they are about. From then on the two are marked, and no event joins them again.

Every step may be repeated, so that whoever comes later can finish what was begun:

1. The one that keeps its id is marked, then the new one.
2. The registry has the identifiers under the new one: later events go there.
3. Batches that were under way before have ended: nothing that is on its way knows less.
4. The events of the new one move in the ledger.
5. Sessions and profiles of both are rebuilt. Their guards stay, so that nothing counts twice.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from app.attributes.model import ProfileKind
from app.attributes.work_repository import WorkRepository
from app.errors import LaneLostError, UnmergeRefusedError
from app.identity.collision_repository import CollisionRepository
from app.identity.collisions import Collision, collide
from app.identity.marks import Marks
from app.identity.model import USER_ID, user_ids
from app.identity.repository import IdentifierRepository
from app.ingestion.filling import LANE
from app.ingestion.lanes import APPLYING, STORING, LaneRepository
from app.ingestion.pool import Clock
from app.ingestion.service import IngestionService
from app.merging.service import MergeService
from app.profiles.ids import new_profile_id
from app.profiles.repository import DocumentRepository
from app.profiles.sessions import session_document_id
from app.rebuilding.rebuilder import Rebuilder
from app.rebuilding.repository import LedgerRepository
from app.rebuilding.unmerge_repository import Unmerge, UnmergeRepository
from app.removal.service import RemovalService

_PAUSE = 0.05


class Unmerged(NamedTuple):
    """The profile that kept its id, and the new one."""

    kept: str
    split: str


class UnmergeService:
    """Takes profiles apart."""

    def __init__(  # noqa: PLR0913  # the composition root names each
        self,
        *,
        unmerges: UnmergeRepository,
        ledger: LedgerRepository,
        rebuilder: Rebuilder,
        profiles: DocumentRepository,
        sessions: DocumentRepository,
        identifiers: IdentifierRepository,
        collisions: CollisionRepository,
        work: WorkRepository,
        lanes: LaneRepository,
        ingestion: IngestionService,
        merging: MergeService,
        removal: RemovalService,
        owner: str,
        clock: Clock,
    ) -> None:
        self._unmerges = unmerges
        self._ledger = ledger
        self._rebuilder = rebuilder
        self._profiles = profiles
        self._sessions = sessions
        self._identifiers = identifiers
        self._collisions = collisions
        self._work = work
        self._lanes = lanes
        self._ingestion = ingestion
        self._merging = merging
        self._removal = removal
        self._owner = f"{owner}/unmerge"
        self._clock = clock

    async def unmerge(self, profile: str, identifiers: Sequence[str], *, now: datetime) -> Unmerged:
        """Let these identifiers of a living profile be somebody else, with all that they did."""
        found = await self._profiles.get(profile) or {}
        _check(set(found.get("identifiers", ())), identifiers)
        unmerge = Unmerge(new_profile_id(now), profile, frozenset(identifiers))
        await self._unmerges.begin(unmerge, now=now)
        while unmerge.split in {one.split for one in await self._unmerges.pending()}:
            if not await self.recover():
                await asyncio.sleep(_PAUSE)
        return Unmerged(await self._root(profile), await self._root(unmerge.split))

    async def recover(self) -> int:
        """Finish what was begun, one after the other; how many there were."""
        finished = 0
        for unmerge in await self._unmerges.pending():
            if not await self._finish(unmerge):
                break
            finished += 1
        return finished

    async def _finish(self, unmerge: Unmerge) -> bool:
        """Do all that is left to do; False while a back-fill goes on.

        What that would do to events that move at the same time, nobody could tell.
        """
        going = await self._going(unmerge)
        await self._mark(unmerge, user_ids(going))
        owners = await self._family(unmerge.profile)
        await self._identifiers.hand_over(going, owners=owners, to=unmerge.split)
        await self._ingestion.drained(STORING, APPLYING)
        await self._ingestion.recover()
        lane = await self._lanes.take(LANE, owner=self._owner, now=self._clock())
        if lane is None:
            return False
        try:
            if (await self._work.left()).waiting:
                return False
            sessions = await self._move(unmerge, going)
            await self._rebuild_split(unmerge.split, sessions)
            await self._rebuild_kept(unmerge.profile, sessions)
            for one in (unmerge.split, unmerge.profile):  # where one was removed meanwhile
                await self._removal.sweep(await self._merging.settle(one))
        finally:
            await self._lanes.release(lane)
        await self._unmerges.finish(unmerge, now=self._clock())
        return True

    async def _going(self, unmerge: Unmerge) -> frozenset[str]:
        """Those of the identifiers that were still there when this was begun."""
        if unmerge.going is not None:
            return unmerge.going
        owners = await self._identifiers.owners(unmerge.identifiers)
        standings = await self._profiles.standings({*owners.values(), unmerge.profile})
        root = standings[unmerge.profile].profile
        there = [one for one, owner in owners.items() if standings[owner].profile == root]
        return await self._unmerges.go(unmerge, there)

    async def _mark(self, unmerge: Unmerge, leaving: Marks) -> None:
        kept_mark, split_mark = unmerge.marks
        marked = await self._change(unmerge.profile, leaving, kept_mark)
        inherited = {one for one in marked if not one.startswith(f"{USER_ID}:")} - {kept_mark}
        if split_mark not in await self._marked(unmerge.split):
            await self._profiles.mark({unmerge.split: (None, leaving | inherited | {split_mark})})

    async def _change(self, profile: str, leaving: Marks, mark: str) -> Marks:
        """Take marks off the profile, and put one on; those that it has then."""
        while True:
            standing = (await self._profiles.standings([profile]))[profile]
            marked = frozenset(standing.marked or ())
            if standing.deleted or mark in marked:
                return marked
            wanted = (marked - leaving) | {mark}
            if not await self._profiles.mark({standing.profile: (standing.marked, wanted)}):
                return wanted

    async def _stay(self) -> None:
        if not await self._lanes.take(LANE, owner=self._owner, now=self._clock()):
            raise LaneLostError(LANE)

    async def _move(self, unmerge: Unmerge, going: frozenset[str]) -> set[str]:
        """Let the events go, each where it belongs; the sessions they are in."""
        sessions = await self._ledger.sessions_of([unmerge.split])
        async for chunk in self._ledger.placed(await self._family(unmerge.profile), going):
            await self._stay()
            found: dict[tuple[str, str], Collision] = {}
            for entry, place in chunk:
                collide(found, entry.event.identifiers, place.apart, entry.event.time)
                if place.goes and entry.event.session_id:
                    sessions.add(entry.event.session_id)
            await self._collisions.record(found.values(), now=self._clock())
            await self._ledger.move(chunk, to=unmerge.split)
        return sessions

    async def _rebuild_split(self, split: str, sessions: Iterable[str]) -> None:
        """Rebuild what the events of the new profile are in; it may have been merged by now."""
        for session in sorted(sessions):
            await self._stay()
            await self._rebuild(ProfileKind.SESSION, session_document_id(split, session), split)
        await self._merging.settle(split)
        await self._rebuild(ProfileKind.USER, split, split)

    async def _rebuild_kept(self, profile: str, sessions: set[str]) -> None:
        """Rebuild what has lost events: sessions wherever they are, then the profile."""
        while not await self._rebuilt_visits(await self._family(profile), sessions):
            await self._merging.recover()
        await self._rebuild(ProfileKind.USER, profile, profile)

    async def _rebuilt_visits(self, family: Sequence[str], sessions: set[str]) -> bool:
        """Rebuild all of these sessions; False if some are just being merged."""
        visits = await self._ledger.visits(family, sessions)
        for one in visits:
            await self._stay()
            if not await self._rebuilder.rebuild(ProfileKind.SESSION, one):
                return False
        return True

    async def _rebuild(self, kind: ProfileKind, document_id: str, origin: str) -> None:
        """Rebuild where a document leads; once a merge that is under way has ended."""
        documents = self._sessions if kind is ProfileKind.SESSION else self._profiles
        while True:
            standing = (await documents.standings([document_id]))[document_id]
            if standing.deleted:
                return
            written = await self._rebuilder.rebuild(kind, standing.profile)
            if written and origin in written.own:
                return
            await self._merging.recover()

    async def _family(self, profile: str) -> list[str]:
        """The living profile, and all that became part of it; nobody where it was removed."""
        root = await self._root(profile)
        found = await self._profiles.get(root) or {}
        return [] if found.get("deleted") else [root, *found.get("absorbed", ())]

    async def _marked(self, profile: str) -> Marks:
        return frozenset((await self._profiles.standings([profile]))[profile].marked or ())

    async def _root(self, profile: str) -> str:
        return (await self._profiles.standings([profile]))[profile].profile


def _check(held: set[str], identifiers: Sequence[str]) -> None:
    if not identifiers:
        raise UnmergeRefusedError("no identifier is named", ("identifiers",))
    for index, one in enumerate(identifiers):
        if one not in held:
            problem = f"{one} is no identifier of the profile"
            raise UnmergeRefusedError(problem, ("identifiers", str(index)))
    if held <= set(identifiers):
        raise UnmergeRefusedError("the profile would have no identifier left", ("identifiers",))
