"""Reading what belongs to a profile, one document after the other."""

from collections.abc import AsyncIterator

from app.profiles.compile import LIVE
from app.storage.client import Database, Document


class BelongingsRepository:
    """The sessions and events of a profile, however many there are."""

    def __init__(self, database: Database) -> None:
        self._sessions = database["sessions"]
        self._events = database["events"]

    async def sessions(self, profile: str) -> AsyncIterator[Document]:
        """Sessions, the earliest first."""
        order = [("attributes.started_at", 1), ("_id", 1)]
        async for document in self._sessions.find({"profile": profile, **LIVE}, sort=order):
            yield document

    async def events(self, profile: str) -> AsyncIterator[Document]:
        """Events, the earliest first."""
        order = [("time", 1), ("_id", 1)]
        async for document in self._events.find({"profile": profile}, sort=order):
            yield document
