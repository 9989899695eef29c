"""Accounts that end: kept for inspection as they were, they begin anew with their next event.

An account has no identifiers that could lead to another document, and its events stay its own. So
what it was is set aside in the document itself, and put away from there. A crash leaves an account
with something set aside: whoever measures it next, which recovery does, finishes it.
"""

from collections.abc import Iterable
from datetime import datetime

from bson import encode

from app.paging import Page, PageRequest
from app.profiles.renewal_repository import RenewalRepository
from app.removal.model import Reason
from app.removal.repository import QuarantineRepository
from app.storage.client import Document

_KEPT = ("reason", "removed_at", "attributes", "created_at", "updated_at")


class AccountRemovalService:
    """Ends accounts, and knows those that were broken."""

    def __init__(self, *, renewals: RenewalRepository, quarantine: QuarantineRepository) -> None:
        self._renewals = renewals
        self._quarantine = quarantine

    async def remove(self, account: str, reason: Reason, /, *, now: datetime) -> bool:
        """End what an account is until now; False if somebody else has."""
        if not await self._renewals.set_aside(account, {"reason": reason, "removed_at": now}):
            return False
        await self.finish(account)
        return True

    async def finish(self, account: str, /) -> None:
        """Put away what is set aside; may be repeated."""
        found = await self._renewals.aside(account)
        if found:
            await self._quarantine.keep(_broken(found))
            await self._renewals.drop(found)

    async def broken(self, request: PageRequest) -> Page:
        """A page of what was broken, the latest first."""
        return await self._quarantine.page(request)

    async def broken_by_ids(self, ids: Iterable[str]) -> dict[str, Document]:
        """The broken accounts of these ids."""
        return await self._quarantine.with_ids(ids)

    async def count_broken(self) -> int:
        """How many are kept: an account may have been broken more than once."""
        return await self._quarantine.count()


def _broken(found: Document) -> Document:
    """What is kept of an account that was broken."""
    ended = found["ended"]
    return {
        "_id": f"{found['_id']}/{found['renewals']}",
        "account": found["_id"],
        "bytes": len(encode(ended)),
        **{name: ended[name] for name in _KEPT if name in ended},
    }
