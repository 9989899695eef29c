"""The routes that SDKs of others send to."""

from starlette.routing import Route

from app.web.datadog import DatadogEndpoint
from app.web.door import Door


def intake_routes(door: Door) -> list[Route]:
    """Every path of every wire format."""
    return [*DatadogEndpoint(door).routes()]
