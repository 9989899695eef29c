"""Documents that end and begin anew under the same id, in MongoDB; see ``renewals``."""

import asyncio

from app.paging import Mql
from app.profiles.compile import LIVE, UNFINISHED, unchanged
from app.profiles.renewals import Renewed, renewed, renewing
from app.storage.client import Collection, Document

_TURNS = 50
_PAUSE = 0.002

_WHOLE: Mql = {**LIVE, "created_at": {"$exists": True}, **dict.fromkeys(UNFINISHED)}
"""Matches documents that have content, and nothing set aside."""


class RenewalRepository:
    """Lets documents of one collection begin anew."""

    def __init__(self, collection: Collection) -> None:
        self._documents = collection

    async def set_aside(self, document_id: str, ended: Mql) -> bool:
        """Let a document begin anew; ``ended`` is noted with what it was until now.

        False if somebody else was faster, or writes to it all the time: the guards that are noted
        have to be those of what is set aside.
        """
        query = {"_id": document_id, **_WHOLE}
        for _ in range(_TURNS):
            known = await self._documents.find_one(query, {"guard": 1, "renewals": 1})
            if known is None:
                return False
            aside = await self._documents.update_one(
                {**query, **unchanged(known, "guard")}, renewing(known, ended)
            )
            if aside.modified_count:
                return True
            await asyncio.sleep(_PAUSE)
        return False

    async def aside(self, document_id: str) -> Document | None:
        """The document, if something is set aside in it, as ``ended``."""
        return await self._documents.find_one({"_id": document_id, **UNFINISHED})

    async def drop(self, found: Document) -> None:
        """Drop what is set aside in a document, as it was found."""
        await self._documents.update_one(
            {"_id": found["_id"], "renewals": found["renewals"]},
            {"$unset": dict.fromkeys(("ended", *UNFINISHED), "")},
        )

    async def renewed(self) -> dict[str, Renewed]:
        """The documents that ever began anew, by their ids."""
        found = self._documents.find({"renewals": {"$gt": 0}}, {"renewals": 1, "since": 1})
        return {one["_id"]: renewed(one) async for one in found}
