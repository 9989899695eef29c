"""Segment's and RudderStack's HTTP API: ``/v1/batch``, and a path for each call.

What is not taken of a batch is still answered with 200, since no SDK could mend it; only a body
that is none gets 400, which SDKs do not send again.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access.model import EventSourceKind
from app.intake.segment import read_calls, read_events
from app.web.answers import json_response
from app.web.bodies import plain_body
from app.web.cors import Handler, open_to_pages
from app.web.door import Door
from app.web.keys import basic_key

BATCHES = ("/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch")
CALLS = {
    **{call: call for call in ("identify", "track", "page", "screen", "group", "alias")},
    "i": "identify",
    "t": "track",
    "p": "page",
    "s": "screen",
    "g": "group",
    "a": "alias",
}
"""Names of paths: servers write them out, Segment's script in pages takes the first letter."""

KINDS = [EventSourceKind.SEGMENT, EventSourceKind.RUDDERSTACK]


class SegmentEndpoint:
    """Takes calls, one or many."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """All paths."""
        methods = ["POST", "OPTIONS"]
        paths: dict[str, str | None] = dict.fromkeys(BATCHES)
        paths |= {f"/v1/{name}": call for name, call in CALLS.items()}
        return [
            Route(path, open_to_pages(self._handler(call)), methods=methods)
            for path, call in paths.items()
        ]

    def _handler(self, call: str | None) -> Handler:
        async def take(request: Request) -> Response:
            key = basic_key(request) or request.query_params.get("writeKey")
            source = await self._door.admit(request, key, KINDS) if key else None
            posted = read_calls(await plain_body(request), call)
            source = source or await self._door.admit(request, posted.write_key, KINDS)
            await self._door.take(source, read_events(posted, self._door.peer(request)))
            return json_response({"success": True})

        return take
