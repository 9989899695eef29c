"""Ingestion: a batch of events as sent, in; what became of each, out.

The protocol, in a lane: begin; adopt what abandoned batches left; resolve identifiers to
profiles; store the events; commit; fold and apply; finish. A crash before the commit leaves
events that a later batch adopts; a crash after it leaves a lane whose next owner applies them.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.attributes.catalogue import Catalogue
from app.attributes.check import DIMENSION
from app.attributes.model import ProfileKind
from app.attributes.service import AttributeService
from app.erasure.service import ErasureService
from app.errors import LaneLostError
from app.events.model import Event
from app.events.repository import Batch, EventRepository
from app.identity.model import IdentityPolicy
from app.ingestion.adoption import Adopter
from app.ingestion.applying import Applier
from app.ingestion.claims import ClaimService
from app.ingestion.homes import entry_of
from app.ingestion.lanes import APPLYING, IDLE, STORING, LaneRepository
from app.ingestion.outcome import Outcome, Received, receive
from app.ingestion.pool import Clock, LanePool, Turn
from app.ingestion.targets import Asked, Found, Targets
from app.ingestion.turns import in_turns
from app.merging.service import MergeService
from app.profiles.model import Fold
from app.profiles.plan import Plan, plan, plan_in_steps
from app.removal.limits import Limits
from app.removal.service import RemovalService
from app.storage.client import Document

MAX_BATCH = 1000
"""Events of one call: enough to be efficient, and done in a fraction of a second."""

_PAUSE = 0.05


class IngestionService:
    """Takes events, and recovers what crashed processes left."""

    def __init__(  # noqa: PLR0913  # the composition root names each
        self,
        *,
        lanes: LaneRepository,
        events: EventRepository,
        attributes: AttributeService,
        targets: Targets,
        adopter: Adopter,
        applier: Applier,
        claims: ClaimService,
        merging: MergeService,
        policy: IdentityPolicy,
        removal: RemovalService,
        erasure: ErasureService,
        limits: Mapping[ProfileKind, Limits],
        owner: str,
        lanes_held: int,
        lanes_total: int,
        max_waiting: int,
        clock: Clock,
    ) -> None:
        self._lanes = lanes
        self._events = events
        self._attributes = attributes
        self._targets = targets
        self._adopter = adopter
        self._applier = applier
        self._claims = claims
        self._merging = merging
        self._policy = policy
        self._removal = removal
        self._erasure = erasure
        self._limits = limits[ProfileKind.USER]
        self._account_limits = limits[ProfileKind.ACCOUNT]
        self._owner = owner
        self._clock = clock
        self._pool = LanePool(
            lanes,
            owner=owner,
            size=lanes_held,
            total=lanes_total,
            max_waiting=max_waiting,
            settle=self._settle,
            clock=clock,
        )

    async def ingest(
        self,
        raw: Sequence[object],
        *,
        sent_at: datetime | None = None,
        policy: IdentityPolicy | None = None,
    ) -> Outcome:
        """Take a batch; ``raw`` holds ``EventInput``s, or errors for those that were none.

        ``policy``: what becomes of profiles that meet in it, where its source has one of its own.
        """
        received = receive(raw, received_at=self._clock(), sent_at=sent_at)
        if received.events:
            async with self._pool.turn() as turn:
                await self._batch(turn, received, policy or self._policy)
        return received.outcome()

    async def recover(self) -> int:
        """Finish what stopped half-way: our own debts, lanes of the dead, merges; how many."""
        lanes = await self._lanes.all()
        owing = [lane for lane in lanes if self._is_dead(lane) or await self._has_stragglers(lane)]
        await self._pool.settle(lane["_id"] for lane in owing if lane["owner"] == self._owner)
        settled = 0
        for lane in owing:
            if lane["owner"] != self._owner:
                settled += await self._settle_other(lane["_id"])
        settled += await self._erasure.recover(now=self._clock())
        return settled + await self._merging.recover() + await self._removal.recover()

    async def drained(self, *states: str) -> None:
        """Wait until every batch that is in one of these states now has left them."""
        before = await self._under_way(states)
        while before & await self._under_way(states):
            await asyncio.sleep(_PAUSE)
            await self.recover()

    async def close(self) -> None:
        """Give the lanes back."""
        await self._pool.close()

    async def _under_way(self, states: Sequence[str]) -> set[tuple[str, int]]:
        lanes = await self._lanes.all()
        return {(lane["_id"], lane["seq"]) for lane in lanes if lane["state"] in states}

    def _is_dead(self, lane: Document) -> bool:
        """Its owner stopped in the middle of a batch, or left without finishing it."""
        unowned = lane["owner"] is None or lane["lease_until"] < self._clock()
        return lane["state"] != IDLE and bool(unowned)

    async def _has_stragglers(self, lane: Document) -> bool:
        """An abandoned batch of the lane has stored events that nobody has adopted yet."""
        abandoned = lane["abandoned"]
        return bool(abandoned) and await self._events.any_of(lane["_id"], abandoned)

    async def _settle_other(self, name: str) -> bool:
        """Do what a lane of another process owes; False where that process is alive."""
        owner = f"{self._owner}/recovery"
        lane = await self._lanes.take(name, owner=owner, now=self._clock())
        if lane is None:
            return False
        turn = Turn(self._lanes, lane, self._clock)
        try:
            await self._settle(turn)
        except LaneLostError:  # a third process took it over, and does it
            return False
        await self._lanes.release(turn.lane)
        return True

    async def _batch(self, turn: Turn, received: Received, policy: IdentityPolicy) -> None:
        catalogue = await self._catalogue(received.events)
        asked = Asked(policy, self._clock(), Found(), turn)
        planned = await self._store(turn, received, catalogue, asked)
        await turn.commit()
        await self._complete(turn, planned, adopted=True, gained=asked.found.gained)
        received.refuse(planned.refused)

    async def _complete(
        self, turn: Turn, planned: Plan, *, adopted: bool, gained: set[str] | None = None
    ) -> None:
        """Apply a batch, and see what became of the profiles; may be repeated until it is done.

        Events whose profile was removed meanwhile go to a new one, in a batch of their own. Where
        all events of a profile were known, or had to be kept out, its identifiers are free again.
        """
        ended = await self._applier.apply(turn.lane, planned, now=self._clock())
        written = {root: planned.profiles[one] for one, root in ended.items() if root is not None}
        await self._claims.free(turn.claimants - planned.profiles.keys(), now=self._clock())
        removed = [one for one, root in ended.items() if root is None]
        if removed:
            await self._evict(turn, removed)
            planned = await self._planned(turn)
        await asyncio.gather(
            self._limits.watch(written, gained=gained),
            self._apply_accounts(turn, planned.accounts, anew=gained is None),
        )
        await turn.finish(housed=adopted and not removed)
        if removed:
            await self._apply_abandoned(turn)

    async def _apply_accounts(self, turn: Turn, folds: Mapping[str, Fold], *, anew: bool) -> None:
        """``anew``: somebody else may have applied the batch, without measuring anything."""
        await self._applier.apply_accounts(turn.lane, folds)
        await self._account_limits.watch(folds, gained=None if anew else ())

    async def _evict(self, turn: Turn, removed: list[str]) -> None:
        """Make events homeless; what they left is gone before, since nobody looks for it later."""
        for profile in removed:
            await self._applier.tidy(profile)
        await turn.expect_homeless()
        await self._events.evict(turn.lane.name, turn.lane.seq, removed)

    async def _store(
        self, turn: Turn, received: Received, catalogue: Catalogue, asked: Asked
    ) -> Plan:
        """Store the batch; what everything in the ledger under its number changes."""
        found = asked.found
        batch = Batch(turn.lane.name, turn.lane.seq, catalogue.version)
        adopted = await self._adopter.adopt(turn.lane.abandoned, batch, turn, now=self._clock())
        homes = await self._targets.of_events(received.events, asked)
        received.keep_out(found.late)
        entries = [
            entry_of(one, homes.get(one.id), asked.policy)
            for one in received.events
            if one.id not in found.known
        ]
        stored_before, planned = await asyncio.gather(
            self._events.store(entries, batch),
            in_turns(plan_in_steps(entries, catalogue, now=self._clock())),
        )
        if known := stored_before | found.known:
            received.repeat(known, await self._events.with_ids(known))
        if not stored_before and not adopted:
            return planned
        new = [entry for entry in entries if entry.event.id not in stored_before]
        return plan(adopted + new, catalogue, now=self._clock())

    async def _settle(self, turn: Turn) -> None:
        """Do what the former owner of a lane left undone."""
        turn.settled = False
        if turn.lane.state == STORING:
            await turn.abandon()
        if turn.lane.state == APPLYING:
            await self._reapply(turn)
        if turn.lane.abandoned:
            await self._apply_abandoned(turn)
        await self._claims.free(turn.lane.doubtful, now=self._clock())
        turn.settled = True

    async def _reapply(self, turn: Turn) -> None:
        """Fold and apply once more."""
        turn.claimants.update(turn.lane.claims)
        await self._complete(turn, await self._planned(turn), adopted=False)

    async def _planned(self, turn: Turn) -> Plan:
        """What the ledger has under the lane's number, by the definitions it was begun with."""
        version, entries = await self._events.of_batch(turn.lane.name, turn.lane.seq)
        catalogue = (await self._attributes.current()).at(version)
        return plan(entries, catalogue, now=self._clock())

    async def _apply_abandoned(self, turn: Turn) -> None:
        await turn.begin()
        catalogue = await self._attributes.current()
        batch = Batch(turn.lane.name, turn.lane.seq, catalogue.version)
        entries = await self._adopter.adopt(turn.lane.abandoned, batch, turn, now=self._clock())
        await turn.commit()
        planned = plan(entries, catalogue, now=self._clock())
        await self._complete(turn, planned, adopted=True)

    async def _catalogue(self, events: Iterable[Event]) -> Catalogue:
        """The newest definitions, with all session dimensions that the events carry."""
        catalogue = await self._attributes.current()
        dimensions = {
            key for event in events for key in event.properties if DIMENSION.fullmatch(key)
        }
        if not dimensions:
            return catalogue
        return await self._attributes.ensure_dimensions(dimensions, now=self._clock())
