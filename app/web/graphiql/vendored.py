"""The files of others that make up GraphiQL, and what their content must be.

``package.json`` says the versions, so that only one file names them. The digests belong to
exactly these versions: browsers check them where the files come from the CDN.
"""

import json
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
"""Where the files lie once ``app.web.graphiql.assets`` has fetched them."""

CDN = "https://cdn.jsdelivr.net/npm"

_VERSIONS: dict[str, str] = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]


@dataclass(frozen=True, slots=True)
class VendoredFile:
    """One file of a package."""

    package: str
    path: str
    integrity: str

    @property
    def version(self) -> str:
        return _VERSIONS[self.package]

    @property
    def name(self) -> str:
        """What the file is called here: as it names the version, it may be cached for ever."""
        return f"{self.package.rpartition('/')[2]}-{self.version}{Path(self.path).suffix}"

    @property
    def cdn_url(self) -> str:
        return f"{CDN}/{self.package}@{self.version}/{self.path}"


SCRIPTS = (
    VendoredFile(
        "react",
        "umd/react.production.min.js",
        "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    ),
    VendoredFile(
        "react-dom",
        "umd/react-dom.production.min.js",
        "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    ),
    VendoredFile(
        "graphiql",
        "graphiql.min.js",
        "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B",
    ),
    VendoredFile(
        "@graphiql/plugin-explorer",
        "dist/index.umd.js",
        "sha384-gXYG2RCFRuAiKUaKTbKxOVlvr0U9z0D/V/l5jdvRSH46vQ+9cpkG2d3ByiggUYvD",
    ),
)
"""In the order in which they need each other."""

STYLES = (
    VendoredFile(
        "graphiql",
        "graphiql.min.css",
        "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr",
    ),
    VendoredFile(
        "@graphiql/plugin-explorer",
        "dist/style.css",
        "sha384-XffIsImDMwexX8UM/Bg3tss0MZOeQmZcnHzk0avUrw9ff0IQ2g9j7QLA6m2lz5D0",
    ),
)

FILES = (*SCRIPTS, *STYLES)

SCROLL_LOCK = "'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo='"
"""The one style element that GraphiQL makes itself: nothing scrolls behind an open dialog."""
