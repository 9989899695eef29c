"""Endpoints that pages of any site may send to: preflights, and headers that let them read answers.

Without these a browser keeps the status and ``Retry-After`` of an answer from the SDK, which then
takes a refusal for a broken connection and sends the same again and again.
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from app.web.answers import answer_error

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

_DAY = "86400"


def open_to_pages(handler: Handler) -> Handler:
    """The handler, which answers preflights, and whose answers and errors pages may read."""

    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            response = Response(status_code=204, headers=_preflight(request))
        else:
            try:
                response = await handler(request)
            except Exception as error:  # noqa: BLE001  # pages have to be told
                response = await answer_error(request, error)
        response.headers.update(_allowed(request))
        return response

    return endpoint


def _preflight(request: Request) -> dict[str, str]:
    asked = request.headers.get("access-control-request-headers", "")
    return {
        "access-control-allow-methods": "GET, POST, OPTIONS",
        "access-control-allow-headers": asked or "content-type",
        "access-control-max-age": _DAY,
    }


def _allowed(request: Request) -> dict[str, str]:
    origin = request.headers.get("origin")
    if origin is None:
        return {}
    return {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",  # of beacons; no endpoint here reads a cookie
        "access-control-expose-headers": "retry-after",
        "vary": "origin",
    }
