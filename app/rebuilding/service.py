"""The audit: every document against the ledger, and identity as a whole; repairs on demand.

It goes on while events arrive. What seems wrong is looked at again after every batch and merge
that was under way has ended, so that only what stays wrong is told.
"""

from collections.abc import Sequence

from app.ingestion.lanes import APPLYING, STORING
from app.ingestion.service import IngestionService
from app.rebuilding.checks import Check
from app.rebuilding.report import Audited, Difference, Watcher
from app.rebuilding.repository import LedgerRepository

_LOOKS = 2
"""How often something is looked at again before it is called wrong."""


class AuditService:
    """Compares the database with its ledger."""

    def __init__(
        self, *, ledger: LedgerRepository, checks: Sequence[Check], ingestion: IngestionService
    ) -> None:
        self._ledger = ledger
        self._checks = checks
        self._ingestion = ingestion

    async def audit(self, watcher: Watcher, *, repair: bool = False) -> Audited:
        """Compare everything once; with ``repair``, make it as the ledger says."""
        audited = Audited()
        collections = list(dict.fromkeys(check.collection for check in self._checks))
        total = await self._ledger.total(collections)
        for collection in collections:
            checks = [check for check in self._checks if check.collection == collection]
            async for ids in self._ledger.ids(collection):
                for check in checks:
                    for one in await self._found(check, ids, repair=repair):
                        audited.take(one)
                        watcher.found(one)
                audited.compared[collection] += len(ids)
                watcher.advance(audited.compared.total(), total)
        return audited

    async def _found(self, check: Check, ids: list[str], *, repair: bool) -> list[Difference]:
        wrong = await check.wrong(ids)
        for _ in range(_LOOKS):
            if wrong:
                await self._calm()
                wrong = await check.wrong(wrong)
        return [
            Difference(check.subject, one, what, repaired=repair and await check.repair(one))
            for one, what in sorted(wrong.items())
        ]

    async def _calm(self) -> None:
        """Wait until all that is under way now has ended."""
        await self._ingestion.recover()
        await self._ingestion.drained(STORING, APPLYING)
        await self._ingestion.recover()
