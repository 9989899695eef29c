"""``GET /v1/profiles/export``: everything that is stored of one person, as lines of JSON."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.exporting.lines import written
from app.exporting.service import ExportService
from app.identity.model import USER_ID, Identifier
from app.web.answers import json_response


class ExportEndpoint:
    """Answers ``?user_id=`` or ``?type=`` and ``&value=`` of any other identifier."""

    def __init__(self, exports: ExportService) -> None:
        self._exports = exports

    async def read(self, request: Request) -> Response:
        asked = request.query_params
        user_id = asked.get(USER_ID)
        kind, value = (USER_ID, user_id) if user_id else (asked.get("type"), asked.get("value"))
        profile = await self._exports.find(Identifier(kind, value)) if kind and value else None
        if profile is None:
            message = "No profile is known by this reference."
            return json_response({"code": "PROFILE_NOT_FOUND", "message": message}, 404)
        lines = self._exports.lines(profile)

        async def body() -> AsyncIterator[bytes]:
            async for line in lines:
                yield written(line)

        return StreamingResponse(body(), media_type="application/x-ndjson")
