"""Sweeping: what a deleted attribute left in the documents goes, in the background.

Nobody reads it any more, and a new attribute of the same name has another place, so this is
about space, and about the words that search would still find it by. It waits for whoever still
writes under older definitions: batches, and merges that a recovery finishes. Only a process that
slept through all of it while it filled the attribute may leave a trace.
"""

from functools import partial

import structlog

from app.attributes.model import ProfileKind
from app.attributes.service import AttributeService
from app.attributes.work_repository import WorkRepository
from app.ingestion.filling import Stay
from app.ingestion.lanes import APPLYING, STORING
from app.ingestion.service import IngestionService
from app.profiles.stored import terms_to_lose
from app.profiles.sweep_repository import SweepRepository

log = structlog.get_logger(__name__)


class Sweeper:
    """Removes the states of deleted attributes; may be repeated at will."""

    def __init__(
        self,
        *,
        attributes: AttributeService,
        work: WorkRepository,
        documents: dict[ProfileKind, SweepRepository],
        ingestion: IngestionService,
    ) -> None:
        self._attributes = attributes
        self._work = work
        self._documents = documents
        self._ingestion = ingestion

    async def sweep(self, definition_id: str, *, stay: Stay) -> None:
        """Remove what stands under this id, to the end or until somebody else is at it."""
        await self._ingestion.drained(STORING, APPLYING)
        await self._ingestion.recover()
        kind, _, field = definition_id.partition(":")
        lost = partial(
            terms_to_lose, kind=ProfileKind(kind), catalogue=await self._attributes.current()
        )
        swept = 0
        async for documents in self._documents[ProfileKind(kind)].sweep(field, lost):
            swept += documents
            if not await stay():
                return
        await self._work.swept(definition_id)
        log.info("attribute_swept", attribute=definition_id, documents=swept)
