"""Back-fill: a definition added today reads as if it had always existed.

Events folded under an older version of the definitions have not fed it; they are a closed set
as soon as no batch is storing under an older version. Per target they make one share, applied
under the guard ``backfill`` and the definition's version, so that a repeated, concurrent or
crashed back-fill counts nothing twice, and merges carry what was done.

Definitions that were added as one change have one version, and so one guard: they are filled
together, and when one of them is deleted the others go on where they were.

An account that began anew is filled from what came later. Before anything is filled all events that
may be are applied: so what an account has when it begins anew goes with them as a whole.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

import structlog

from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, ProfileKind
from app.attributes.work_repository import WorkRepository
from app.events.repository import EventRepository
from app.ingestion.lanes import APPLYING, STORING, LaneRepository
from app.ingestion.pool import Clock
from app.ingestion.portions import Portion, portions
from app.ingestion.service import IngestionService
from app.profiles.model import Fold
from app.profiles.renewal_repository import RenewalRepository
from app.profiles.renewals import BACKFILL, Renewed, backfill_seq
from app.profiles.repository import DocumentRepository, Share
from app.removal.limits import Limits

LANE = BACKFILL

Stay: TypeAlias = Callable[[], Awaitable[bool]]
"""Renews the lease of the work; False where another process has taken it over."""

log = structlog.get_logger(__name__)


class Filler:
    """Fills attributes from the ledger, a portion at a time."""

    def __init__(
        self,
        *,
        work: WorkRepository,
        events: EventRepository,
        documents: dict[ProfileKind, DocumentRepository],
        renewals: dict[ProfileKind, RenewalRepository],
        limits: dict[ProfileKind, Limits],
        lanes: LaneRepository,
        ingestion: IngestionService,
        clock: Clock,
    ) -> None:
        self._work = work
        self._events = events
        self._documents = documents
        self._renewals = renewals
        self._limits = limits
        self._lanes = lanes
        self._ingestion = ingestion
        self._clock = clock

    async def fill(self, definitions: Sequence[AttributeDefinition], *, stay: Stay) -> None:
        """Go on where the back-fill stopped, until its end or until somebody else is at it.

        The definitions are of one kind and one version: all of those that wait.
        """
        await self._ingestion.drained(STORING, APPLYING)
        ids = [one.id for one in definitions]
        begun = await self._work.begin(ids, now=self._clock())
        if begun is None:
            return
        if begun.total is None:
            await self._expect(definitions)
        processed, renewed = begun.processed, await self._renewed(definitions[0].kind)
        async for portion in self._portions(definitions, begun.after, renewed):
            processed += portion.events
            if not await stay():
                return
            await self._apply(definitions[0], portion.folds, renewed)
            if not await self._work.advance(ids, processed, after=portion.after):
                return
        if await self._work.finish(ids, processed, now=self._clock()):
            log.info("attributes_filled", attributes=ids, events=processed)

    async def _expect(self, definitions: Sequence[AttributeDefinition]) -> None:
        first = definitions[0]
        total = await self._events.count_before(first.since, key=_key(first))
        await self._work.expect([one.id for one in definitions], total)

    async def _renewed(self, kind: ProfileKind) -> dict[str, Renewed]:
        renewals = self._renewals.get(kind)
        return await renewals.renewed() if renewals else {}

    async def _apply(
        self, first: AttributeDefinition, folds: Mapping[str, Fold], renewed: Mapping[str, Renewed]
    ) -> None:
        """Write a portion down; documents may have become too large by it."""
        groups: dict[int, list[Share]] = defaultdict(list)
        for target, fold in folds.items():
            groups[renewed.get(target, _NEVER).times].append(Share(target, target, fold))
        for times, shares in groups.items():
            seq = backfill_seq(first.since, times)
            ended = await self._documents[first.kind].apply(shares, lane=LANE, seq=seq)
            await self._limits[first.kind].enforce({one for one in ended.values() if one})

    async def _portions(
        self,
        definitions: Sequence[AttributeDefinition],
        after: str,
        renewed: Mapping[str, Renewed],
    ) -> AsyncIterator[Portion]:
        first = definitions[0]
        unapplied = {
            (lane["_id"], seq) for lane in await self._lanes.all() for seq in lane["abandoned"]
        }
        stored = self._events.before(
            first.since,
            key=_key(first),
            after=after,
            but=lambda document, lane, seq: (
                (lane, seq) in unapplied or renewed.get(document, _NEVER).lacks(lane, seq)
            ),
        )
        catalogue = Catalogue(first.since, definitions, defaults=())
        async for portion in portions(stored, first.kind, catalogue, now=self._clock()):
            yield portion


_NEVER = Renewed()


def _key(definition: AttributeDefinition) -> str:
    return "account" if definition.kind is ProfileKind.ACCOUNT else "target"
