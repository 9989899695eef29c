"""Use cases of identity: which collisions there were."""

from app.identity.collision_repository import CollisionRepository
from app.paging import Order, Page, PageRequest, Sort

NEWEST_FIRST: Order = (Sort("found_at", -1), Sort("_id", -1))


class CollisionService:
    """Tells where identifiers of different people came together."""

    def __init__(self, collisions: CollisionRepository) -> None:
        self._collisions = collisions

    async def page(self, request: PageRequest) -> Page:
        """A page of all, the last found first."""
        return await self._collisions.page(NEWEST_FIRST, request)

    async def count(self) -> int:
        """How many there are."""
        return await self._collisions.count()
