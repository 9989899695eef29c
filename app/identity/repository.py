"""The registry: which profile each identifier belongs to.

Uniqueness is by ``_id``, so it holds across shards: whoever inserts an identifier first owns it.
"""

from collections.abc import Iterable

from pymongo.errors import BulkWriteError

from app.storage.beginnings import begins_with
from app.storage.client import Database
from app.storage.faults import duplicates


class IdentifierRepository:
    """Looks identifiers up, claims unknown ones, hands over those of merged or deleted profiles."""

    def __init__(self, database: Database) -> None:
        self._identifiers = database["identifiers"]

    async def owners(self, identifiers: Iterable[str]) -> dict[str, str]:
        """The profile of each identifier that is known."""
        asked = sorted(identifiers)
        # One answer, however many there are: without a size the first has only 101.
        found = self._identifiers.find({"_id": {"$in": asked}}, batch_size=len(asked) + 1)
        return {document["_id"]: document["profile"] for document in await found.to_list()}

    async def owners_like(self, beginnings: Iterable[str]) -> set[str]:
        """The profiles that have identifiers, of those whose ids begin like this."""
        found: set[str] = set()
        for query in begins_with("profile", beginnings):
            async for document in self._identifiers.find(query, {"profile": 1}):
                found.add(document["profile"])
        return found

    async def claim(self, claims: dict[str, str]) -> set[str]:
        """Register unknown identifiers with their profiles; those that others claimed first."""
        documents = [{"_id": one, "profile": profile} for one, profile in sorted(claims.items())]
        if not documents:
            return set()
        try:
            await self._identifiers.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            return {documents[index]["_id"] for index in duplicates(error)}
        return set()

    async def replace(self, identifier: str, *, owner: str, to: str) -> bool:
        """Hand an identifier over; False if it has gone from ``owner`` to somebody else."""
        replaced = await self._identifiers.update_one(
            {"_id": identifier, "profile": {"$in": [owner, to]}}, {"$set": {"profile": to}}
        )
        return bool(replaced.matched_count)

    async def hand_over(
        self, identifiers: Iterable[str], *, owners: Iterable[str], to: str
    ) -> None:
        """Hand identifiers over, those that belong to one of these owners."""
        query = {"_id": {"$in": sorted(identifiers)}, "profile": {"$in": sorted(owners)}}
        await self._identifiers.update_many(query, {"$set": {"profile": to}})

    async def move(self, owner: str, *, to: str) -> None:
        """Hand all identifiers of a merged profile over."""
        await self._identifiers.update_many({"profile": owner}, {"$set": {"profile": to}})

    async def release(self, *owners: str) -> None:
        """Forget all identifiers of removed profiles: the next event makes a new one."""
        await self._identifiers.delete_many({"profile": {"$in": sorted(owners)}})
