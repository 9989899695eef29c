"""Datadog browser RUM: ``/api/v2/rum``, and ``?ddforward=`` as the SDK's option ``proxy`` sends it.

A proxy may be named as the server alone, with ``/dd``, or with the path that it stands for.
An SDK sends again what was answered with 408, 429 or 5xx, and drops what any other 4xx refused.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access.model import EventSourceKind
from app.errors import EventRejectedError, InputError, ValueRefusedError
from app.intake.datadog import read_rum
from app.values import to_datetime
from app.web.answers import json_response
from app.web.bodies import plain_body
from app.web.cors import open_to_pages
from app.web.door import Door

IGNORED = frozenset({"/api/v2/replay", "/api/v2/profile", "/api/v2/logs"})
"""What the SDKs of Datadog send beside RUM; it is taken, so that they do not send it again."""

RUM = "/api/v2/rum"
PROXIES = ("/dd", "/dd/", "/")

_PATH = re.compile(r"^https?://[^/]*")
"""What some versions of the SDK write before the path."""

_NOTHING = EventRejectedError("body", "none of its events can be taken")


class DatadogEndpoint:
    """Takes RUM events, and throws away what else the SDKs send."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> Sequence[Route]:
        """All paths."""
        take, methods = open_to_pages(self.take), ["POST", "OPTIONS"]
        return [Route(path, take, methods=methods) for path in (RUM, *IGNORED, *PROXIES)]

    async def take(self, request: Request) -> Response:
        """What the SDK sends to Datadog's own address, or to a proxy that is told this address."""
        path, query = _address(request)
        if path == RUM:
            await self._take(request, query)
        elif path in IGNORED:
            async for _ in request.stream():
                pass
        else:
            raise HTTPException(404, "ddforward has to lead to /api/v2/rum")
        request_id = query.get("dd-request-id") or str(uuid4())
        return json_response({"request_id": request_id}, 202)

    async def _take(self, request: Request, query: QueryParams) -> None:
        key = query.get("dd-api-key") or request.headers.get("dd-api-key")
        source = await self._door.admit(request, key, [EventSourceKind.DATADOG_RUM])
        body = await plain_body(request, query.get("dd-evp-encoding"))
        events = read_rum(body, self._door.peer(request))
        taken = await self._door.take(source, events, sent_at=_sent_at(query))
        if events and not taken:
            raise next((one for one in events if isinstance(one, InputError)), _NOTHING)


def _address(request: Request) -> tuple[str, QueryParams]:
    """Where Datadog would get the request."""
    forward = request.query_params.get("ddforward")
    if forward is None:
        return request.url.path, request.query_params
    path, _, query = forward.partition("?")
    return _PATH.sub("", path), QueryParams(query)


def _sent_at(query: QueryParams) -> datetime | None:
    try:
        return to_datetime(int(query.get("batch_time", "")))
    except (ValueError, ValueRefusedError):
        return None
