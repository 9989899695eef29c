"""Use cases of every wire format: the traits and the events of a request."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from app.attributes.service import AttributeService
from app.identity.model import IdentityPolicy
from app.ingestion.backfill import BackfillService
from app.ingestion.service import MAX_BATCH, IngestionService
from app.intake.pages import about_page
from app.intake.reading import Sent
from app.intake.traits import new_attributes

log = structlog.get_logger(__name__)


class IntakeService:
    """Takes what an intake has read."""

    def __init__(
        self,
        *,
        ingestion: IngestionService,
        attributes: AttributeService,
        backfill: BackfillService,
        max_attributes: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._ingestion = ingestion
        self._attributes = attributes
        self._backfill = backfill
        self._max_attributes = max_attributes
        self._clock = clock

    async def define(self, sent: Sequence[Sent]) -> None:
        """Make attributes of traits that are seen for the first time, up to the limit, at once.

        Another process may be faster, also with another type: then its attribute is the one.
        """
        now = self._clock()
        catalogue = await self._attributes.recent(now=now)
        if new := new_attributes(sent, catalogue, limit=self._max_attributes):
            for refused in await self._backfill.define_together(new, now=now):
                log.info("trait_makes_no_attribute", because=str(refused))

    async def take(
        self,
        sent: Sequence[Sent],
        *,
        sent_at: datetime | None = None,
        policy: IdentityPolicy | None = None,
    ) -> int:
        """Ingest any number of events, in batches; how many of them were taken.

        What SDKs send cannot be mended by whoever reads the answer, so single events that are
        refused are only logged.
        """
        taken = 0
        for first in range(0, len(sent), MAX_BATCH):
            batch = [about_page(one) for one in sent[first : first + MAX_BATCH]]
            outcome = await self._ingestion.ingest(batch, sent_at=sent_at, policy=policy)
            taken += outcome.accepted + outcome.duplicate
            if refused := outcome.rejected:
                log.warning("events_refused", count=len(refused), first=refused[0].message)
        return taken
