"""JSON answers of the HTTP routes, and errors as such answers: the one place for these."""

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.errors import InputError, RetryError
from app.exact import write_json
from app.storage.faults import known

RETRY_AFTER = "1"
"""Seconds; by then a lane is free again, or a database that fails over has answered."""

log = structlog.get_logger(__name__)


def json_response(
    content: object, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """An answer in JSON."""
    return Response(write_json(content), status, headers, media_type="application/json")


async def answer_error(_request: Request, error: Exception) -> Response:
    """Any error of an HTTP route as a coded answer."""
    cause = known(error)
    match cause:
        case InputError():
            return _coded(400, cause.code, str(cause))
        case RetryError():
            return _coded(503, cause.code, str(cause), {"retry-after": RETRY_AFTER})
        case HTTPException():
            return _coded(cause.status_code, "HTTP_REQUEST", cause.detail)
        case _:
            log.error("http_fault", exc_info=error)
            return _coded(500, "INTERNAL", "Unexpected error.")


def _coded(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    return json_response({"error": {"code": code, "message": message}}, status, headers)
