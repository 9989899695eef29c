"""Back-fill: a definition added today reads as if it had always existed.

Events folded under an older version of the definitions have not fed it; they are a closed set
as soon as no batch is storing under an older version. Per target they make one share, applied
under the guard ``backfill`` and the definition's version, so that a repeated, concurrent or
crashed back-fill counts nothing twice, and merges carry what was done.

Definitions that were added as one change have one version, and so one guard: they are filled
together, and when one of them is deleted the others go on where they were.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog

from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, ProfileKind
from app.attributes.work_repository import WorkRepository
from app.events.repository import EventRepository
from app.ingestion.lanes import STORING, LaneRepository
from app.ingestion.pool import Clock
from app.ingestion.portions import Portion, portions
from app.ingestion.service import IngestionService
from app.profiles.repository import DocumentRepository, Share

LANE = "backfill"

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
        lanes: LaneRepository,
        ingestion: IngestionService,
        clock: Clock,
    ) -> None:
        self._work = work
        self._events = events
        self._documents = documents
        self._lanes = lanes
        self._ingestion = ingestion
        self._clock = clock

    async def fill(self, definitions: Sequence[AttributeDefinition], *, stay: Stay) -> None:
        """Go on where the back-fill stopped, until its end or until somebody else is at it.

        The definitions are of one kind and one version: all of those that wait.
        """
        await self._ingestion.drained(STORING)
        ids = [one.id for one in definitions]
        begun = await self._work.begin(ids, now=self._clock())
        if begun is None:
            return
        if begun.total is None:
            await self._expect(definitions)
        processed = begun.processed
        async for portion in self._portions(definitions, begun.after):
            processed += portion.events
            if not await stay() or not await self._apply(definitions, portion, processed):
                return
        if await self._work.finish(ids, processed, now=self._clock()):
            log.info("attributes_filled", attributes=ids, events=processed)

    async def _expect(self, definitions: Sequence[AttributeDefinition]) -> None:
        first = definitions[0]
        total = await self._events.count_before(first.since, key=_key(first))
        await self._work.expect([one.id for one in definitions], total)

    async def _apply(
        self, definitions: Sequence[AttributeDefinition], portion: Portion, processed: int
    ) -> bool:
        """Write a portion down; False if one of the attributes was deleted meanwhile."""
        shares = [Share(target, target, fold) for target, fold in portion.folds.items()]
        first, ids = definitions[0], [one.id for one in definitions]
        await self._documents[first.kind].apply(shares, lane=LANE, seq=first.since)
        return await self._work.advance(ids, processed, after=portion.after)

    async def _portions(
        self, definitions: Sequence[AttributeDefinition], after: str
    ) -> AsyncIterator[Portion]:
        first = definitions[0]
        unapplied = {
            (lane["_id"], seq) for lane in await self._lanes.all() for seq in lane["abandoned"]
        }
        stored = self._events.before(first.since, key=_key(first), after=after, but=unapplied)
        catalogue = Catalogue(first.since, definitions, defaults=())
        async for portion in portions(stored, first.kind, catalogue, now=self._clock()):
            yield portion


def _key(definition: AttributeDefinition) -> str:
    return "account" if definition.kind is ProfileKind.ACCOUNT else "target"
