"""What every intake does with a request: let it in by its key, and hand its events over."""

from collections.abc import Collection, Sequence
from datetime import datetime

from starlette.requests import Request

from app.access.gate import Gate
from app.access.model import EventSource, EventSourceKind
from app.intake.peer import Peer
from app.intake.reading import Sent
from app.intake.service import IntakeService
from app.web.peers import Peers


class Door:
    """The way in for events of any wire format."""

    def __init__(self, intake: IntakeService, gate: Gate, peers: Peers) -> None:
        self._intake = intake
        self._gate = gate
        self._peers = peers

    def peer(self, request: Request) -> Peer:
        """Who sent the request."""
        return self._peers.of(request)

    async def admit(
        self, request: Request, key: str | None, kinds: Collection[EventSourceKind]
    ) -> EventSource:
        """The source whose key this is, or the error that says why it may not send here."""
        return await self._gate.admit(key, kinds, origin=request.headers.get("origin"))

    async def take(
        self, source: EventSource, events: Sequence[Sent], *, sent_at: datetime | None = None
    ) -> int:
        """How many of the source's events were taken."""
        self._gate.count(source, len(events))
        if source.traits_become_attributes:
            await self._intake.define(events)
        return await self._intake.take(events, sent_at=sent_at, policy=source.policy)
