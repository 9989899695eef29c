"""Back-fill: a definition added today reads as if it had always existed.

Events folded under an older version of the definitions have not fed it; they are a closed set
as soon as no batch is storing under an older version. Per target they make one share, applied
under the guard ``backfill`` and the definition's version, so that a repeated, concurrent or
crashed back-fill counts nothing twice, and merges carry what was done.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
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

    async def fill(self, definition: AttributeDefinition, *, stay: Stay) -> None:
        """Go on where the back-fill stopped, until its end or until somebody else is at it."""
        await self._ingestion.drained(STORING)
        begun = await self._work.begin(definition.id, now=self._clock())
        if begun is None:
            return
        if begun.total is None:
            await self._expect(definition)
        processed = begun.processed
        async for portion in self._portions(definition, begun.after):
            processed += portion.events
            if not await stay() or not await self._apply(definition, portion, processed):
                return
        await self._work.finish(definition.id, processed, now=self._clock())
        log.info("attribute_filled", attribute=definition.id, events=processed)

    async def _expect(self, definition: AttributeDefinition) -> None:
        total = await self._events.count_before(definition.since, key=_key(definition))
        await self._work.expect(definition.id, total)

    async def _apply(
        self, definition: AttributeDefinition, portion: Portion, processed: int
    ) -> bool:
        """Write a portion down; False if the attribute was deleted meanwhile."""
        shares = [Share(target, target, fold) for target, fold in portion.folds.items()]
        documents = self._documents[definition.kind]
        await documents.apply(shares, lane=LANE, seq=definition.since)
        return await self._work.advance(definition.id, processed, after=portion.after)

    async def _portions(
        self, definition: AttributeDefinition, after: str
    ) -> AsyncIterator[Portion]:
        unapplied = {
            (lane["_id"], seq) for lane in await self._lanes.all() for seq in lane["abandoned"]
        }
        key = _key(definition)
        stored = self._events.before(definition.since, key=key, after=after, but=unapplied)
        catalogue = Catalogue(definition.since, [definition], defaults=())
        async for portion in portions(stored, definition.kind, catalogue, now=self._clock()):
            yield portion


def _key(definition: AttributeDefinition) -> str:
    return "account" if definition.kind is ProfileKind.ACCOUNT else "target"
