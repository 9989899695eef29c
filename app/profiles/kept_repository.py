"""Which profiles have expired and are not swept yet, and how far sweeping is."""

from collections.abc import Iterable
from datetime import datetime

from app.paging import Mql
from app.profiles.compile import LIVE
from app.profiles.retention import ANONYMOUS, IDENTIFIED, Retention, cut
from app.storage.client import Database

MAX_HIDDEN = 10_000
"""Profiles that are looked for at a time; sweeping goes on with the next ones."""

_PROGRESS = {"_id": "retention"}

Cuts = dict[str, datetime]
"""Until when everything has expired, with a user id and without one."""


class KeptRepository:
    """Finds expired profiles by when they were updated."""

    def __init__(self, database: Database, retention: Retention) -> None:
        self._profiles = database["profiles"]
        self._settings = database["settings"]
        self._retention = retention

    def expired(self, now: datetime) -> Mql:
        """The filter for profiles that have expired."""
        return {"$or": self._retention.expired(now)}

    async def expired_among(self, ids: Iterable[str], now: datetime) -> list[str]:
        """Those of these profiles that have expired."""
        old = sorted(one for one in set(ids) if self._retention.may_have_expired(one, now))
        if not old:
            return []
        found = self._profiles.find({"_id": {"$in": old}, **LIVE, **self.expired(now)}, {"_id": 1})
        return [document["_id"] async for document in found]

    async def next(self, *, after: Cuts, now: datetime, limit: int = MAX_HIDDEN) -> list[str]:
        """Profiles that have expired, the first by when they were updated.

        ``after``: everything older has been swept, so that nobody has to look at it.
        """
        found: list[str] = []
        for (name, until), more in zip(
            self.cuts(now).items(), (IDENTIFIED, ANONYMOUS), strict=True
        ):
            span = {"$lte": until} | ({"$gt": after[name]} if name in after else {})
            query = {"updated_at": span, **more, **LIVE}
            documents = self._profiles.find(
                query, {"_id": 1}, sort=[("updated_at", 1)], limit=limit, hint="updated"
            )
            found += [document["_id"] async for document in documents]
        return found

    async def unswept(self, now: datetime) -> list[Mql] | None:
        """Filters of which one matches a profile that has expired and is not swept yet.

        None where nothing was ever swept: it would be a long walk.
        """
        after = await self.swept()
        if len(after) < len(self.cuts(now)):
            return None
        return [
            {**one, "updated_at": {**one["updated_at"], "$gt": after[name]}}
            for name, expired in self._retention.expired_by_kind(now).items()
            for one in expired
        ]

    async def swept(self) -> Cuts:
        """How far sweeping has come."""
        found = await self._settings.find_one(_PROGRESS) or {}
        return {name: found[name] for name in ("identified", "anonymous") if name in found}

    async def advance(self, cuts: Cuts) -> None:
        """Write down how far sweeping has come."""
        await self._settings.update_one(_PROGRESS, {"$max": cuts}, upsert=True)

    def cuts(self, now: datetime) -> Cuts:
        """Until when everything has expired."""
        kept = self._retention
        return {"identified": cut(now, kept.identified), "anonymous": cut(now, kept.anonymous)}
