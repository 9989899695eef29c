"""Profiles that grow beyond the limits are removed as soon as they do."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

import structlog

from app.profiles.end_repository import EndRepository, Measured
from app.profiles.model import Fold
from app.removal.check import Scales
from app.removal.model import MAX_BYTES, MAX_IDENTIFIERS, Reason
from app.removal.service import RemovalService

log = structlog.get_logger(__name__)


class Limits:
    """Measures profiles that may be too large, and has the broken ones removed."""

    def __init__(
        self,
        *,
        profiles: EndRepository,
        removal: RemovalService,
        clock: Callable[[], datetime],
        max_identifiers: int = MAX_IDENTIFIERS,
    ) -> None:
        self._profiles = profiles
        self._removal = removal
        self._clock = clock
        self._max_identifiers = max_identifiers
        self._scales = Scales(max_identifiers)

    async def watch(
        self, written: Mapping[str, Fold], *, gained: Collection[str] | None = None
    ) -> None:
        """Look after what was written, by profile; ``gained``: those with new identifiers."""
        await self.enforce(self._scales.suspects(written, gained))

    async def enforce(self, profiles: Collection[str]) -> None:
        """Remove those of these profiles that are broken."""
        if not profiles:
            return
        for one in await self._over(profiles):
            await self._judge(one)

    async def _judge(self, found: Measured) -> None:
        if found.identifiers <= self._max_identifiers:
            await self._profiles.trim(found.id)
            if not await self._over([found.id]):
                return
        too_many = found.identifiers > self._max_identifiers
        reason = Reason.IDENTIFIERS if too_many else Reason.SIZE
        if await self._removal.remove(found.id, reason, now=self._clock()):
            log.warning(
                "profile_broken",
                profile=found.id,
                reason=reason,
                identifiers=found.identifiers,
                bytes=found.bytes,
            )

    async def _over(self, profiles: Collection[str]) -> list[Measured]:
        return await self._profiles.over(
            profiles, max_identifiers=self._max_identifiers, max_bytes=MAX_BYTES
        )
