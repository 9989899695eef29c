"""Documents as the ledger says: what they should hold, and writing that down.

Both go by the guards of the document, so batches may come and go meanwhile: what is written is
written only if nothing has been applied since, and holds exactly what the guards beside it say.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping

from app.attributes.model import ProfileKind
from app.attributes.service import AttributeService
from app.attributes.work_repository import WorkRepository
from app.errors import RetryError
from app.merging.service import MergeService
from app.profiles.repository import DocumentRepository
from app.rebuilding.expectation import Expectation, Recorded
from app.rebuilding.repository import LedgerRepository
from app.rebuilding.rules import Feeding
from app.removal.limits import Limits

_ATTEMPTS = 50
_PAUSE = 0.02


class Rebuilder:
    """Compares documents with the ledger, and makes them equal to it."""

    def __init__(
        self,
        *,
        ledger: LedgerRepository,
        attributes: AttributeService,
        work: WorkRepository,
        documents: Mapping[ProfileKind, DocumentRepository],
        limits: Mapping[ProfileKind, Limits],
        merging: MergeService,
    ) -> None:
        self._ledger = ledger
        self._attributes = attributes
        self._work = work
        self._documents = documents
        self._limits = limits
        self._merging = merging

    async def expected(self, kind: ProfileKind, ids: Iterable[str]) -> list[Expectation]:
        """What these documents are and should be, also those that are not there."""
        wanted = list(ids)
        batches, feeding = await self._ledger.batches(), await self._feeding()
        found = await self._ledger.documents(kind, wanted)  # later: what is over by now is in them
        expectations = [
            Expectation(found.get(one, {"_id": one}), kind, batches=batches, feeding=feeding)
            for one in wanted
        ]
        living = [one for one in expectations if one.is_living]
        if living:
            await self._add_all(kind, living)
        return expectations

    async def rebuild(self, kind: ProfileKind, document_id: str) -> Expectation | None:
        """Let a document hold what it should, and its guards say so; None if none lives."""
        for _ in range(_ATTEMPTS):
            [wanted] = await self.expected(kind, [document_id])
            if not wanted.is_living:
                return None
            if wanted.fold is None and wanted.is_absent:
                return wanted
            if wanted.foreign and await self._merging.recover():
                continue  # some of it may have been absorbed just now
            if await self._documents[kind].replace(
                wanted.document, wanted.wanted(), guard=wanted.guard, kept=wanted.kept()
            ):
                if kind in self._limits:
                    await self._limits[kind].enforce([document_id])
                return wanted
            await asyncio.sleep(_PAUSE)
        raise RetryError(f"{document_id} changes too often to be rebuilt; try again later.")

    async def _add_all(self, kind: ProfileKind, living: list[Expectation]) -> None:
        holders: dict[str, list[Expectation]] = defaultdict(list)
        for one in living:
            for origin in one.own | one.foreign:
                holders[_key(kind, origin, one.document["_id"])].append(one)
        async for chunk in self._ledger.recorded(kind, living):
            parts: dict[str, list[Recorded]] = defaultdict(list)
            for recorded in chunk:
                parts[_key_of(kind, recorded)].append(recorded)
            for key, part in parts.items():
                for holder in holders.get(key, ()):
                    holder.add(part)
            await asyncio.sleep(0)  # others get their turn

    async def _feeding(self) -> Feeding:
        catalogue = await self._attributes.current()
        waiting, _ = await self._work.left()
        asked = await self._work.backfills(one.id for one in catalogue.added())
        return Feeding(catalogue, frozenset(asked) - frozenset(waiting), frozenset(waiting))


def _key(kind: ProfileKind, origin: str, document_id: str) -> str:
    if kind is ProfileKind.SESSION:
        return f"{origin}/{document_id.partition('/')[2]}"
    return origin


def _key_of(kind: ProfileKind, recorded: Recorded) -> str:
    event = recorded.entry.event
    if kind is ProfileKind.ACCOUNT:
        return event.account_id or ""
    target = recorded.entry.target or ""
    return f"{target}/{event.session_id}" if kind is ProfileKind.SESSION else target
