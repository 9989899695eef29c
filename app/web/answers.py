"""JSON answers of the HTTP routes, and errors as such answers: the one place for these."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.errors import KeyRefusedError, OriginRefusedError, RateLimitedError
from app.errors import InputError, RetryError
from app.exact import write_json
from app.storage.faults import known

RETRY_AFTER = "1"
"""Seconds; by then a lane is free again, or a database that fails over has answered."""

BodyLimit: TypeAlias = Callable[[Scope], int]
"""How many bytes a request may have."""

log = structlog.get_logger(__name__)


def json_response(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer in JSON."""
    return Response(write_json(content), status, headers, media_type="application/json")


async def answer_error(_request: Request, error: Exception) -> Response:
    """Any error of an HTTP route as a coded answer."""
    cause = known(error)
    match cause:
        case InputError():
            return _coded(400, cause.code, str(cause))
        case KeyRefusedError():
            return _coded(401, cause.code, str(cause), {"www-authenticate": "Bearer"})
        case OriginRefusedError():
            return _coded(403, cause.code, str(cause))
        case RateLimitedError():
            return _coded(429, cause.code, str(cause), {"retry-after": cause.retry_after})
        case RetryError():
            return _coded(503, cause.code, str(cause), {"retry-after": RETRY_AFTER})
        case ClientDisconnect():  # nobody hears it, and nobody is to blame but the sender
            return _coded(400, "HTTP_REQUEST", "The request ended early.")
        case HTTPException():
            return _coded(cause.status_code, "HTTP_REQUEST", cause.detail, cause.headers)
        case _:
            log.error("http_fault", exc_info=error)
            return _coded(500, "INTERNAL", "Unexpected error.")


def _coded(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    return json_response({"error": {"code": code, "message": message}}, status, headers)


class AnswerErrors:
    """Bounds what is sent and answers whatever a route raises; outermost: nothing gets past it."""

    def __init__(self, app: ASGIApp, max_body_size: BodyLimit) -> None:
        self._app = app
        self._max_body_size = max_body_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            limit = self._max_body_size(scope)
            _check_length(Headers(scope=scope).get("content-length", ""), limit)
            await RequestBodyLimitMiddleware(self._app, limit)(scope, receive, sending)
        except Exception as error:
            if started:
                raise
            response = await answer_error(Request(scope), error)
            await response(scope, receive, send)


def _check_length(announced: str, limit: int) -> None:
    """Refuse a body that says that it is too large, before a byte of it is read."""
    if announced.isdecimal() and int(announced) > limit:
        raise HTTPException(413, "Content Too Large")
