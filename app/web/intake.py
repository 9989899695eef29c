"""The routes that SDKs of others send to."""

from starlette.routing import Route

from app.web.datadog import DatadogEndpoint
from app.web.door import Door
from app.web.posthog import PostHogEndpoint
from app.web.segment import SegmentEndpoint


def intake_routes(door: Door) -> list[Route]:
    """Every path of every wire format."""
    formats = (DatadogEndpoint(door), SegmentEndpoint(door), PostHogEndpoint(door))
    return [route for one in formats for route in one.routes()]
