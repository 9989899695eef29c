"""Who sent a request, by its connection, its headers, and what trusted proxies say in them."""

from collections.abc import Callable, Collection
from datetime import datetime

from starlette.requests import Request

from app.intake.peer import Enrich, Peer, nothing
from app.visitors.addresses import Network, client_address


class Peers:
    """Tells who the other end of a request is; ``enrich`` derives more from that.

    ``trusted``: the networks of proxies that say truly for whom they forward a request.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        enrich: Enrich = nothing,
        trusted: Collection[Network] = (),
    ) -> None:
        self._clock = clock
        self._enrich = enrich
        self._trusted = trusted

    def of(self, request: Request) -> Peer:
        """The other end of this request."""
        return Peer(
            received_at=self._clock(),
            user_agent=request.headers.get("user-agent"),
            address=self._address(request),
            enrich=self._enrich,
        )

    def _address(self, request: Request) -> str | None:
        return client_address(
            request.client.host if request.client else None,
            forwarded=request.headers.getlist("forwarded"),
            forwarded_for=request.headers.getlist("x-forwarded-for"),
            trusted=self._trusted,
        )
