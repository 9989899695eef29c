"""What stands of a person outside of any profile: robots in their name, collisions, crowds."""

from app.identity.collision_repository import CollisionRepository
from app.removal.repository import QuarantineRepository
from app.removal.service import RemovalService
from app.storage.client import Document


class Traces:
    """Erases what is about the identifiers of a person, and belongs to no profile."""

    def __init__(
        self,
        *,
        removal: RemovalService,
        collisions: CollisionRepository,
        quarantine: QuarantineRepository,
    ) -> None:
        self._removal = removal
        self._collisions = collisions
        self._quarantine = quarantine

    async def erase(self, person: Document) -> None:
        """Erase what is about this profile's identifiers; may be repeated at will."""
        identifiers = sorted(person.get("identifiers", ()))
        if not identifiers:
            return
        about = {"$in": identifiers}
        await self._removal.forget({"profiled": False, "identifiers": about})
        await self._collisions.forget(identifiers)
        for broken in await self._quarantine.with_identifiers(identifiers):
            await self._removal.forget({"broken": broken, "identifiers": about})
            await self._quarantine.strip(broken, identifiers)
