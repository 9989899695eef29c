"""PostHog's capture endpoints, and the answers about feature flags without which SDKs wait.

A script in a page names the compression in the query and may send a form; SDKs on servers use
``Content-Encoding``.
"""

from base64 import b64decode
from binascii import Error
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access.model import EventSourceKind
from app.intake.posthog import Captured, read_capture, read_events
from app.web.answers import json_response
from app.web.bodies import plain_body
from app.web.cors import open_to_pages
from app.web.door import Door

CAPTURE = ("/batch", "/capture", "/e", "/track", "/engage", "/i/v0/e")
IGNORED = ("/s", "/i/v0/s")
"""Session recordings."""

FLAGS = ("/flags", "/decide")
"""What asks for feature flags, of which there are none."""


class PostHogEndpoint:
    """Takes events, and says that there are no feature flags."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """All paths, with and without a slash at their end."""
        handlers = {
            **dict.fromkeys(CAPTURE, self.take),
            **dict.fromkeys(IGNORED, self.ignore),
            **dict.fromkeys(FLAGS, self.flags),
        }
        posted = [
            Route(path + end, open_to_pages(handler), methods=["POST", "OPTIONS"])
            for path, handler in handlers.items()
            for end in ("/", "")
        ]
        return [*posted, Route("/array/{token}/config", open_to_pages(self.flags), methods=["GET"])]

    async def take(self, request: Request) -> Response:
        """Events in any form."""
        captured = read_capture(await _plain(request))
        key = captured.api_key or request.query_params.get("token")
        source = await self._door.admit(request, key, [EventSourceKind.POSTHOG])
        events = read_events(_with_time(captured, request), self._door.peer(request))
        await self._door.take(source, events)
        return json_response({"status": 1})

    async def ignore(self, request: Request) -> Response:
        """What says nothing about people."""
        async for _ in request.stream():
            pass
        return json_response({"status": 1})

    async def flags(self, request: Request) -> Response:
        """No flags, no recording, no surveys: an SDK that knows this goes on to send events."""
        async for _ in request.stream():
            pass
        return json_response(
            {
                "config": {"enable_collect_everything": True},
                "supportedCompression": ["gzip", "gzip-js"],
                "featureFlags": {},
                "featureFlagPayloads": {},
                "flags": {},
                "hasFeatureFlags": False,
                "errorsWhileComputingFlags": False,
                "sessionRecording": False,
                "surveys": False,
                "toolbarParams": {},
                "isAuthenticated": False,
                "siteApps": [],
            }
        )


async def _plain(request: Request) -> bytes:
    compression = request.query_params.get("compression")
    body = await plain_body(request, "gzip" if compression == "gzip-js" else None)
    return _of_form(body) if body.startswith(b"data=") else body


def _of_form(body: bytes) -> bytes:
    """The field ``data`` of a form, which is JSON in base64, or just JSON."""
    try:
        data = parse_qs(body.decode(), max_num_fields=10)["data"][0]
        return data.encode() if data.lstrip().startswith(("{", "[")) else b64decode(data)
    except (ValueError, KeyError, Error) as unreadable:
        raise HTTPException(400, "The form has no field data that could be read") from unreadable


def _with_time(captured: Captured, request: Request) -> Captured:
    """Scripts in pages say in the query when they send."""
    sent_at = request.query_params.get("_", "")
    if captured.sent_at is not None or not sent_at.isdecimal():
        return captured
    return Captured(captured.events, int(sent_at), captured.api_key)
