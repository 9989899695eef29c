"""Use case of every wire format: the events of a request, in; what became of them, out."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from app.identity.model import IdentityPolicy
from app.ingestion.service import MAX_BATCH, IngestionService
from app.intake.pages import about_page
from app.intake.reading import Sent

log = structlog.get_logger(__name__)


class IntakeService:
    """Takes what an intake has read."""

    def __init__(self, ingestion: IngestionService) -> None:
        self._ingestion = ingestion

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
