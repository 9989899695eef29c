"""GraphiQL's page as text, and the policy that says what it may load. Pure.

No script stands in the page itself: what ``page.js`` has to know is in data-attributes. URLs are
relative to the endpoint, so that the page works behind any path prefix.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from string import Template

from app.web.graphiql.vendored import CDN, SCRIPTS, SCROLL_LOCK, STYLES, VendoredFile

ASSETS_PATH = "graphql/assets"

_NOTICE = f"""\
<p class="notice" role="status">GraphiQL is not installed here, so this page loads it from a CDN,
{CDN}. To work offline, run <code>python -m app.web.graphiql.assets</code> and reload.</p>"""


@dataclass(frozen=True, slots=True)
class Example:
    """A ready operation, opened as a tab; ``variables`` is JSON text."""

    query: str
    variables: str


def render_page(template: str, examples: Sequence[Example], *, installed: bool) -> str:
    """The page; without ``installed`` files it says so and loads them from the CDN."""
    return Template(template).substitute(
        styles="\n    ".join(_style(one, installed=installed) for one in STYLES),
        scripts="\n    ".join(_script(one, installed=installed) for one in SCRIPTS),
        notice="" if installed else _NOTICE,
        examples=escape(json.dumps([asdict(example) for example in examples])),
    )


def content_security_policy(*, installed: bool) -> str:
    """Nothing but our own files, or besides them exactly the CDN's files that the page names."""
    scripts = [] if installed else [one.cdn_url for one in SCRIPTS]
    styles = [] if installed else [one.cdn_url for one in STYLES]
    directives = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *scripts],
        "style-src": ["'self'", SCROLL_LOCK, *styles],
        "img-src": ["'self'", "data:"],
        "font-src": ["data:"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def _script(file: VendoredFile, *, installed: bool) -> str:
    return f"<script defer {_source('src', file, installed=installed)}></script>"


def _style(file: VendoredFile, *, installed: bool) -> str:
    return f'<link rel="stylesheet" {_source("href", file, installed=installed)}>'


def _source(attribute: str, file: VendoredFile, *, installed: bool) -> str:
    if installed:
        return f'{attribute}="{ASSETS_PATH}/{file.name}"'
    return f'{attribute}="{file.cdn_url}" integrity="{file.integrity}" crossorigin="anonymous"'
