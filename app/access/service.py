"""Use cases of sources: creating, changing, revoking and finding them, also by their key.

What a key leads to is remembered for a second: that long a revoked key may still count, in any
process.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from hmac import compare_digest
from time import monotonic
from uuid import uuid4

from cachetools import TTLCache

from app.access.check import BURST, MAX_SOURCES, check_origins, check_source, usual_rate
from app.access.errors import EventSourceInvalidError, EventSourceNotFoundError
from app.access.keys import digest, new_key
from app.access.model import Changes, EventSource, NewEventSource, usual_policy
from app.access.repository import EventSourceRepository

REMEMBERED_SECONDS = 1.0
REMEMBERED_KEYS = 1024
"""Of those that are none too, so that whoever sends a wrong one costs one read a second."""


class EventSourceService:
    """Keeps sources."""

    def __init__(self, sources: EventSourceRepository) -> None:
        self._sources = sources
        self._by_key: TTLCache[str, EventSource | None] = TTLCache(
            REMEMBERED_KEYS, REMEMBERED_SECONDS
        )
        self._asked_at = -REMEMBERED_SECONDS
        self._any = False

    async def create(
        self, new: NewEventSource, *, now: datetime, source_id: str | None = None
    ) -> tuple[EventSource, str]:
        """A new source, and its write key, which nobody can be shown again."""
        created = check_source(_created(new, source_id or str(uuid4()), now))
        if await self._sources.count() >= MAX_SOURCES:
            raise EventSourceInvalidError("name", f"there are {MAX_SOURCES} sources already")
        key = new_key()
        await self._sources.insert(created, digest(key))
        self._asked_at = -REMEMBERED_SECONDS
        return created, key

    async def change(self, source_id: str, changes: Changes, *, now: datetime) -> EventSource:
        """Change what a source is called and may do; its key stays."""
        known = (await self._sources.with_ids([source_id])).get(source_id)
        if known is None or known.revoked_at:
            raise EventSourceNotFoundError
        changed = await self._sources.change(check_source(_changed(known, changes, now)))
        return _found(changed)

    async def revoke(self, source_id: str, *, now: datetime) -> EventSource:
        """End a source: within a second no process takes its key any more."""
        revoked = _found(await self._sources.revoke(source_id, now=now))
        self._by_key.clear()
        return revoked

    async def all(self) -> list[EventSource]:
        """The sources that are not revoked, by name."""
        return await self._sources.all()

    async def by_ids(self, ids: Iterable[str]) -> dict[str, EventSource]:
        """The sources of these ids."""
        return await self._sources.with_ids(ids)

    async def by_key(self, key: str) -> EventSource | None:
        """The source of a write key; None where the key is wrong or revoked."""
        wanted = digest(key)
        try:
            return self._by_key[wanted]
        except KeyError:
            found = self._by_key[wanted] = await self._read(wanted)
            return found

    async def exist(self) -> bool:
        """Whether there was ever a source; asked again a second later until there is one."""
        if not self._any and monotonic() - self._asked_at >= REMEMBERED_SECONDS:
            self._any = await self._sources.any()
            self._asked_at = monotonic()
        return self._any

    async def _read(self, wanted: str) -> EventSource | None:
        source, known = await self._sources.with_digest(wanted) or (None, "")
        # The index has compared already; this costs nothing and does not depend on how.
        is_right = compare_digest(known, wanted)
        return source if source and is_right and source.revoked_at is None else None


def _created(new: NewEventSource, source_id: str, now: datetime) -> EventSource:
    return EventSource(
        id=source_id,
        name=new.name.strip(),
        kind=new.kind,
        policy=new.policy or usual_policy(new.kind),
        origins=check_origins(new.origins),
        rate=usual_rate(new.kind) if new.rate is None else new.rate,
        burst=BURST if new.burst is None else new.burst,
        traits_become_attributes=new.traits_become_attributes,
        created_at=now,
        updated_at=now,
    )


def _changed(known: EventSource, changes: Changes, now: datetime) -> EventSource:
    changed = replace(known, **changes, updated_at=now)
    return replace(changed, name=changed.name.strip(), origins=check_origins(changed.origins))


def _found(source: EventSource | None) -> EventSource:
    if source is None:
        raise EventSourceNotFoundError
    return source
