"""What a browser loads of the demo page; nothing of it comes from anywhere else."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def demo_routes() -> list[BaseRoute]:
    """The page and its files."""
    return [
        Route("/demo", _page, methods=["GET"]),
        Mount("/demo/static", StaticFiles(directory=HERE / "static")),
    ]


async def _page(_request: Request) -> Response:
    return FileResponse(HERE / "page.html", headers=HEADERS)
