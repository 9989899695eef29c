"""Documents that have content and are hidden, or are about to get some: few at any time.

Because they are few, nobody has to look at each of a million documents to count those of a list:
an index tells how many match, and of these the hidden ones are taken off.
"""

from collections.abc import Awaitable, Callable

from app.paging import Mql
from app.profiles.compile import LIVE
from app.storage.client import Collection

MANY = 1000
"""Hidden documents from which on one looks at each document instead."""

UNWRITTEN: Mql = {"created_at": None, **LIVE}
"""Claimed, by events that are being processed."""

ENDING: tuple[Mql, ...] = ({"pending": True}, {"ending": True})
"""Merged or removed, with their content still there."""

Expired = Callable[[], Awaitable[list[Mql] | None]]


class HiddenReader:
    """Finds them. ``more``: further filters for what is hidden; None if nobody can say them yet."""

    def __init__(self, collection: Collection, filters: tuple[Mql, ...], more: Expired) -> None:
        self._documents = collection
        self._filters = filters
        self._more = more

    async def ids(self) -> list[str] | None:
        """Their ids; None if there are too many, or if that is not known."""
        more = await self._more()
        if more is None:
            return None
        query = {"$or": [*self._filters, *more]}
        # With a limit, planners would rather walk all documents until so many are found.
        cursor = self._documents.find(query, {"_id": 1}, batch_size=MANY + 1)
        found = await cursor.to_list(MANY + 1)
        return [document["_id"] for document in found] if len(found) <= MANY else None


async def nothing() -> list[Mql]:
    """Nothing expires."""
    return []
