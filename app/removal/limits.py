"""Documents that grow beyond the limits end as soon as they do."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

import structlog

from app.profiles.end_repository import EndRepository, Measured
from app.profiles.model import Fold
from app.removal.check import Scales
from app.removal.model import FULL, Bounds, Reason

log = structlog.get_logger(__name__)


class Removal(Protocol):
    """How documents of one kind end."""

    async def remove(self, document: str, reason: Reason, /, *, now: datetime) -> bool:
        """End a living document; False if somebody else has."""

    async def finish(self, document: str, /) -> None:
        """Do what a crash has left to be done."""


class Limits:
    """Measures documents that may be too large, and has the broken ones removed.

    ``kind`` says in the log what they are.
    """

    def __init__(
        self,
        kind: str,
        bounds: Bounds,
        *,
        documents: EndRepository,
        removal: Removal,
        clock: Callable[[], datetime],
    ) -> None:
        self._kind = kind
        self._bounds = bounds
        self._documents = documents
        self._removal = removal
        self._clock = clock
        self._scales = Scales(bounds)

    async def watch(
        self, written: Mapping[str, Fold], *, gained: Collection[str] | None = None
    ) -> None:
        """Look after what was written, by document; ``gained``: those with new identifiers."""
        await self.enforce(self._scales.suspects(written, gained))

    async def enforce(self, documents: Collection[str]) -> None:
        """Remove those of these documents that are broken."""
        if not documents:
            return
        for one in await self._over(documents):
            await self._judge(one)

    async def _judge(self, found: Measured) -> None:
        if found.is_ending:
            await self._removal.finish(found.id)
        too_many = found.identifiers > self._bounds.identifiers
        if not too_many:
            if not await self._documents.trim(found.id) and not found.brims:
                return  # it is looked at again when it has grown
            if not await self._over([found.id]):
                return
        if found.bytes > FULL:
            await self._documents.make_room(found.id)
        reason = Reason.IDENTIFIERS if too_many else Reason.SIZE
        if await self._removal.remove(found.id, reason, now=self._clock()):
            log.warning(
                "outgrew_the_limits",
                kind=self._kind,
                id=found.id,
                reason=reason,
                identifiers=found.identifiers,
                bytes=found.bytes,
            )

    async def _over(self, documents: Collection[str]) -> list[Measured]:
        return await self._documents.over(
            documents,
            max_identifiers=self._bounds.identifiers,
            max_bytes=self._bounds.bytes,
        )
