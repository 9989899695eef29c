"""Back-fill: a definition added today reads as if it had always existed.

Events folded under an older version of the definitions have not fed it; they are a closed set
as soon as no batch is storing under an older version. Per target they make one share, applied
under the guard ``backfill`` and the definition's version, so that a repeated, concurrent or
crashed back-fill counts nothing twice, and merges carry what was done.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import datetime

from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, ProfileKind
from app.attributes.repository import AttributeRepository
from app.attributes.service import AttributeService, NewAttribute
from app.events.repository import EventRepository
from app.events.stored import Entry
from app.ingestion.lanes import STORING, LaneRepository
from app.ingestion.pool import Clock
from app.ingestion.service import IngestionService
from app.profiles.model import Fold, combine
from app.profiles.plan import plan
from app.profiles.repository import DocumentRepository, Share

LANE = "backfill"
PATIENCE = 10.0
"""Seconds that a caller waits for its back-fill; a longer one goes on in the background."""

_PAUSE = 0.05
_FLUSH = 500


class BackfillService:
    """Defines attributes and fills them from the ledger, one after the other."""

    def __init__(  # the composition root names each
        self,
        *,
        attributes: AttributeService,
        definitions: AttributeRepository,
        events: EventRepository,
        documents: dict[ProfileKind, DocumentRepository],
        lanes: LaneRepository,
        ingestion: IngestionService,
        owner: str,
        clock: Clock,
    ) -> None:
        self._attributes = attributes
        self._definitions = definitions
        self._events = events
        self._documents = documents
        self._lanes = lanes
        self._ingestion = ingestion
        self._owner = owner
        self._clock = clock
        self._running: asyncio.Task[None] | None = None

    async def define(
        self, new: NewAttribute, *, backfill: bool, now: datetime
    ) -> AttributeDefinition:
        """Add an attribute, and fill it from stored events, waiting a while for the end of it."""
        definition = await self._attributes.create(new, now=now, waiting=backfill)
        if backfill:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self.start()), PATIENCE)
        return definition

    def start(self) -> asyncio.Task[None]:
        """Do all back-fills that wait, in the background."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return self._running

    async def close(self) -> None:
        """Stop; what is left waits for the next start."""
        if self._running:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        """Back-fills in the order of their versions, since one guard remembers the last."""
        while waiting := await self._definitions.waiting():
            if await self._lanes.take(LANE, owner=self._owner, now=self._clock()):
                definition = (await self._attributes.current()).get(*waiting[0])
                if definition:
                    await self._fill(definition)
                await self._definitions.filled(*waiting[0])
            else:  # another process is at it
                await asyncio.sleep(_PAUSE)

    async def _fill(self, definition: AttributeDefinition) -> None:
        await self._drained()
        unapplied = {
            (lane["_id"], seq) for lane in await self._lanes.all() for seq in lane["abandoned"]
        }
        key = "account" if definition.kind is ProfileKind.ACCOUNT else "target"
        catalogue = Catalogue(definition.since, [definition], defaults=())
        stored = self._events.before(definition.since, key=key, but=unapplied)
        async for folds in _folds(stored, definition, catalogue, now=self._clock()):
            await self._lanes.take(LANE, owner=self._owner, now=self._clock())  # stay owner
            shares = [Share(target, target, fold) for target, fold in folds.items()]
            documents = self._documents[definition.kind]
            await documents.apply(shares, lane=LANE, seq=definition.since)

    async def _drained(self) -> None:
        """Wait until every batch that may store under an older version has stored."""
        before = await self._storing()
        while before & await self._storing():
            await asyncio.sleep(_PAUSE)
            await self._ingestion.recover()

    async def _storing(self) -> set[tuple[str, int]]:
        lanes = await self._lanes.all()
        return {(lane["_id"], lane["seq"]) for lane in lanes if lane["state"] == STORING}


async def _folds(
    stored: AsyncIterator[list[Entry]],
    definition: AttributeDefinition,
    catalogue: Catalogue,
    *,
    now: datetime,
) -> AsyncIterator[dict[str, Fold]]:
    """What entries ordered by document say about one attribute, whole documents at a time."""
    folds: dict[str, Fold] = {}
    async for entries in stored:
        for target, fold in _only(definition, entries, catalogue, now=now):
            folds[target] = combine(folds[target], fold) if target in folds else fold
        if len(folds) > _FLUSH:
            last = max(folds)  # more of its events may follow
            rest = {last: folds.pop(last)}
            yield folds
            folds = rest
    yield folds


def _only(
    definition: AttributeDefinition,
    entries: Iterable[Entry],
    catalogue: Catalogue,
    *,
    now: datetime,
) -> Iterable[tuple[str, Fold]]:
    planned = plan(entries, catalogue, now=now)
    folds = planned.accounts if definition.kind is ProfileKind.ACCOUNT else planned.profiles
    for target, fold in folds.items():
        if fold.attributes:
            yield target, Fold(fold.attributes, terms=fold.terms)
