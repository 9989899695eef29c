"""What a browser loads: the page of GraphiQL and the files it needs.

Files of others carry their version in the name and are cached for ever; ours are asked for
again each time and answered with 304 while they are the same.
"""

import os
from functools import cache
from pathlib import Path

from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override

from app.web.graphiql.page import ASSETS_PATH, Example, content_security_policy, render_page
from app.web.graphiql.vendored import ASSETS, FILES, HERE


def graphiql_page(assets: Path = ASSETS) -> Response:
    """The page, for whoever asks the GraphQL endpoint for HTML."""
    installed = all((assets / file.name).is_file() for file in FILES)
    page = render_page((HERE / "page.html").read_text("utf-8"), examples(), installed=installed)
    headers = {
        "content-security-policy": content_security_policy(installed=installed),
        "cache-control": "no-cache",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return HTMLResponse(page, headers=headers)


def graphiql_routes(assets: Path = ASSETS) -> list[BaseRoute]:
    """The files that the page loads, next to the endpoint."""
    return [Mount(f"/{ASSETS_PATH}", StaticAssets(assets))]


@cache
def examples(folder: Path = HERE / "examples") -> tuple[Example, ...]:
    """The ready operations, in the order of their file names."""
    return tuple(_example(file) for file in sorted(folder.glob("*.graphql")))


def _example(file: Path) -> Example:
    variables = file.with_suffix(".json")
    return Example(
        query=file.read_text("utf-8").rstrip(),
        variables=variables.read_text("utf-8").rstrip() if variables.exists() else "",
    )


class StaticAssets(StaticFiles):
    """Our own static files and those of others, as one folder."""

    def __init__(self, assets: Path) -> None:
        super().__init__(directory=HERE / "static")
        self._assets = assets.resolve()
        self.all_directories.append(self._assets)  # which may still be missing

    @override
    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_versioned = Path(full_path).parent == self._assets
        lifetime = "public, max-age=31536000, immutable" if is_versioned else "no-cache"
        response.headers["cache-control"] = lifetime
        response.headers["x-content-type-options"] = "nosniff"
        return response
