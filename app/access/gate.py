"""The gate that every intake stands behind: whose events these are, and whether they may come in.

While there was never a source, a server that only its own machine can reach takes events from
anybody, so that the first steps need no key. From the first source on, a key is needed.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from time import monotonic

from app.access.buckets import Buckets
from app.access.check import BURST
from app.access.errors import KeyRefusedError, OriginRefusedError
from app.access.keys import MAX_LENGTH
from app.access.model import EventSource, EventSourceKind, usual_policy
from app.access.service import EventSourceService

_EVER = datetime(2026, 1, 1, tzinfo=UTC)


class Gate:
    """Lets sources in; ``is_open``: whether anybody may come while there is no source."""

    def __init__(self, sources: EventSourceService, *, is_open: bool) -> None:
        self._sources = sources
        self._is_open = is_open
        self._buckets = Buckets(monotonic)

    async def admit(
        self, key: str | None, kinds: Collection[EventSourceKind], *, origin: str | None = None
    ) -> EventSource:
        """The source whose key this is, or the error that says why it may not send here."""
        if self._is_open and not await self._sources.exist():
            return anybody(next(iter(kinds)))
        source = await self._known(key, kinds)
        if not source.allows(origin):
            raise OriginRefusedError
        self._buckets.check(source)
        return source

    def count(self, source: EventSource, events: int) -> None:
        """Take events off what the source may send."""
        self._buckets.take(source, events)

    async def _known(self, key: str | None, kinds: Collection[EventSourceKind]) -> EventSource:
        if not key:
            raise KeyRefusedError("a write key is needed")
        source = await self._sources.by_key(key) if len(key) <= MAX_LENGTH else None
        if source is None:
            raise KeyRefusedError("the write key is wrong or revoked")
        if source.kind not in (*kinds, EventSourceKind.OTHER):
            raise KeyRefusedError(f"the write key is for events of the kind {source.kind}")
        return source


def anybody(kind: EventSourceKind) -> EventSource:
    """Whoever sends events of a kind where no key is needed."""
    return EventSource(
        id="anybody",
        name="anybody",
        kind=kind,
        policy=usual_policy(kind),
        origins=(),
        rate=None,
        burst=BURST,
        traits_become_attributes=True,
        created_at=_EVER,
        updated_at=_EVER,
    )
