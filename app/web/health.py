"""``GET /health``: the process is up. ``GET /ready``: it can do its work."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from app.web.answers import json_response

Missing = Callable[[], Awaitable[list[str]]]
"""The migrations that the database lacks; raises when the database does not answer."""


Told = Callable[[], Mapping[str, object]]
"""What else there is to be told of the process."""


class Health:
    """The process is up."""

    def __init__(self, told: Told) -> None:
        self._told = told

    async def check(self, _request: Request) -> Response:
        return json_response({"status": "ok", **self._told()})


class Readiness:
    """The database answers and has the shape that this version needs."""

    def __init__(self, missing: Missing) -> None:
        self._missing = missing

    async def check(self, _request: Request) -> Response:
        missing = await self._missing()
        if missing:
            return json_response({"status": "migrations missing", "missing": missing}, 503)
        return json_response({"status": "ready"})
