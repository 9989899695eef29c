"""Who sent a request, from its headers and its connection."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request

from app.intake.peer import Enrich, Peer, nothing


class Peers:
    """Tells who the other end of a request is; ``enrich`` derives more from that."""

    def __init__(self, clock: Callable[[], datetime], enrich: Enrich = nothing) -> None:
        self._clock = clock
        self._enrich = enrich

    def of(self, request: Request) -> Peer:
        """The other end of this request."""
        return Peer(
            received_at=self._clock(),
            user_agent=request.headers.get("user-agent"),
            address=request.client.host if request.client else None,
            enrich=self._enrich,
        )
