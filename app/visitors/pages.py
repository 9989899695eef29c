"""Pages: what their URLs and referrers say about where a visitor came from. Pure."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MAX_URL = 8192
KNOWN = 1024
"""URLs that are remembered: most views are of the same few pages."""

MAX_VALUE = 256
"""Characters of a campaign: whatever is longer is none."""

_CAMPAIGN = {
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_campaign": "campaign",
    "utm_term": "term",
    "utm_content": "content",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A URL in parts; ``marketing``: the campaign that it names."""

    host: str | None = None
    path: str | None = None
    marketing: dict[str, str] = field(default_factory=dict)


def read_page(url: object) -> Page:
    """The page that a URL names; what is no URL names none."""
    return _read(url[:MAX_URL]) if isinstance(url, str) and url else Page()


@lru_cache(KNOWN)
def _read(url: str) -> Page:
    try:
        parts = urlsplit(url)
        path = parts.path or ("/" if parts.hostname else None)
        return Page(parts.hostname, path, _campaign(parts.query))
    except ValueError:
        return Page()


def _campaign(query: str) -> dict[str, str]:
    """The first of each, as the landing page has it."""
    if "utm_" not in query.lower():  # hot: most pages have none
        return {}
    found: dict[str, str] = {}
    for key, value in parse_qsl(query, max_num_fields=1000):
        name = _CAMPAIGN.get(key.lower())
        if name and 0 < len(value.strip()) <= MAX_VALUE:
            found.setdefault(name, value.strip())
    return found


def view_facts(context: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """What a view's ``url`` and ``referrer`` add to its context and properties.

    Returns both anew; what the event says itself counts.
    """
    page, referrer = read_page(properties.get("url")), read_page(properties.get("referrer"))
    derived = {"path": page.path, "host": page.host, "referrer_host": referrer.host}
    known = {name: value for name, value in derived.items() if value}
    given = context.get("marketing", {})
    if page.marketing and isinstance(given, dict):
        context = {**context, "marketing": {**page.marketing, **given}}
    return {
        "context": context,
        "properties": {**known, **properties},
    }
