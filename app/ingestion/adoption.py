"""Adopting: what abandoned batches stored, and what is homeless, gets the home it has by now."""

from collections.abc import Sequence
from datetime import datetime

from app.erasure.repository import ErasureRepository
from app.events.model import Event
from app.events.repository import Batch, EventRepository
from app.events.stored import Entry
from app.identity.model import IdentityPolicy
from app.identity.repository import IdentifierRepository
from app.ingestion.homes import entry_of, home_of, is_homeless, moved_home
from app.ingestion.targets import Asked, Claims, Found, Targets
from app.profiles.repository import DocumentRepository
from app.removal.service import RemovalService


class Adopter:
    """Takes events of abandoned batches into a batch, each with a home that lives."""

    def __init__(
        self,
        *,
        events: EventRepository,
        identifiers: IdentifierRepository,
        profiles: DocumentRepository,
        erasures: ErasureRepository,
        removal: RemovalService,
        targets: Targets,
    ) -> None:
        self._events = events
        self._identifiers = identifiers
        self._profiles = profiles
        self._erasures = erasures
        self._removal = removal
        self._targets = targets

    async def adopt(
        self, abandoned: Sequence[int], batch: Batch, claims: Claims, *, now: datetime
    ) -> list[Entry]:
        """What batches of this lane stored under these numbers, now under that of ``batch``."""
        if not abandoned or not await self._events.adopt(list(abandoned), batch):
            return []
        _, stored = await self._events.of_batch(batch.lane, batch.seq)
        entries = await self._moved(await self._housed(stored, batch, claims, now=now), claims)
        before = {one.event.id: one for one in stored}
        await self._events.house([one for one in entries if one is not before[one.event.id]], batch)
        return entries

    async def _housed(
        self, entries: Sequence[Entry], batch: Batch, claims: Claims, *, now: datetime
    ) -> list[Entry]:
        """The entries, with a living profile for those whose own was removed before it had them.

        Without those of people who were erased since they were stored: these are deleted, unless
        somebody else has adopted them since, and maybe applied them.
        """
        found = Found(late=await self._erasures.late([one.event for one in entries]))
        homeless = [one for one in entries if is_homeless(one)]
        housed = [
            entry
            for policy in IdentityPolicy
            for entry in await self._of_policy(
                [one.event for one in homeless if one.policy is policy],
                Asked(policy, now, found, claims, deleted_too=True),
            )
        ]
        if found.late:
            ours = {"lane": batch.lane, "seq": batch.seq}
            await self._removal.forget({"_id": {"$in": sorted(found.late)}, **ours})
        at_home = (one for one in entries if not is_homeless(one))
        return [one for one in (*at_home, *housed) if one.event.id not in found.late]

    async def _of_policy(self, homeless: Sequence[Event], asked: Asked) -> list[Entry]:
        """Events that came under one policy, with homes."""
        profiles = await self._targets.resolve(homeless, asked)
        return [
            entry_of(one, home_of(one.identifiers, profiles), asked.policy)
            for one in homeless
            if one.id not in asked.found.late
        ]

    async def _moved(self, entries: Sequence[Entry], claims: Claims) -> list[Entry]:
        """The entries; those whose profile was taken apart, or removed, with another.

        Then some of their identifiers may be nobody's, and are claimed.
        """
        at_home = [one for one in entries if one.target]
        while True:
            moved, unknown = await self._looked_up(at_home)
            if not unknown:
                return [moved.get(one.event.id, one) for one in entries]
            await claims.claim_for(unknown.values())
            await self._identifiers.claim(unknown)

    async def _looked_up(self, at_home: Sequence[Entry]) -> tuple[dict[str, Entry], dict[str, str]]:
        """Those that have another home, and the homes of identifiers that nobody has."""
        named = {name for one in at_home for name in one.event.identifiers}
        owners = await self._identifiers.owners(named) if named else {}
        ids = {*owners.values(), *(one.target for one in at_home if one.target)}
        standings = await self._profiles.standings(ids) if ids else {}
        profiles = {name: standings[owner].profile for name, owner in owners.items()}
        found = {one.event.id: moved_home(one, profiles) for one in at_home}
        moved = {
            one.event.id: to
            for one in at_home
            if (to := found[one.event.id])
            and (to.apart != one.apart or to.target != standings[one.target or ""].profile)
        }
        unknown = {
            name: one.target
            for one in moved.values()
            for name in one.identifiers
            if name not in owners and one.target
        }
        return moved, unknown
