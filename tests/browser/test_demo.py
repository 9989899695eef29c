"""The demo page as a person finds it: what is done in it becomes a profile beside it."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.npm, pytest.mark.slow]

README = Path(__file__).parents[2] / "README.md"
TOUR = README.read_text("utf-8").partition("## A tour")[2].partition("\n## ")[0]

CREATE = """mutation {
  createEventSource(input: { name: "Demo page", kind: DATADOG_RUM }) { writeKey errors { code } }
}"""


@pytest.fixture(scope="module")
def seen(
    server: str, run_script: Any, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What a visitor of the page saw and did; see demo.mjs."""
    answer = httpx.post(f"{server}/graphql", json={"query": CREATE}, trust_env=False).json()
    key = answer["data"]["createEventSource"]["writeKey"]
    screenshot: Path = tmp_path_factory.mktemp("demo") / "demo.png"
    report: dict[str, Any] = run_script(
        "demo.mjs", f"{server}/demo", key, chromium, str(screenshot)
    )
    return report


def test_nothing_is_asked_of_another_host(seen: dict[str, Any]) -> None:
    assert seen["foreign"] == []


def test_nothing_breaks_the_content_security_policy(seen: dict[str, Any]) -> None:
    assert seen["violations"] == []
    assert seen["console"] == []


def test_visitor_becomes_a_profile_and_then_a_user(seen: dict[str, Any]) -> None:
    assert seen["visitor"] == "Somebody"
    assert seen["user"] == "Ana Müller"
    for fact in ("ana-muller@example.com", "Acme", "HeadlessChrome", "Linux, desktop"):
        assert fact in seen["facts"]


def test_what_was_done_is_counted(seen: dict[str, Any]) -> None:
    assert sorted(seen["pages"]) == ["/home \u00d71", "/socks \u00d71"]
    assert seen["session"] == ["2 views, 3 actions, 1 rage click"]


def test_tour_of_the_readme_names_what_the_page_shows(seen: dict[str, Any]) -> None:
    named = set(re.findall("`([^`]+)`", TOUR.replace("```", "")))

    assert {"Socks", "ADD TO CART", "Sign in", "Sign out", "Somebody"} <= named
    assert seen["visitor"] == "Somebody"


@pytest.mark.usefixtures("seen")
def test_query_of_the_tour_tells_what_was_done(server: str) -> None:
    query = TOUR.partition("```graphql")[2].partition("```")[0]

    answer = httpx.post(f"{server}/graphql", json={"query": query}, trust_env=False).json()

    assert answer["data"]["profile"] == {
        "name": "Ana Müller",
        "email": "ana-muller@example.com",
        "lastBrowserName": "HeadlessChrome",
        "identifiers": [{"type": "cookie_id"}, {"type": "user_id"}],
        "accounts": {"nodes": [{"name": "Acme"}]},
        "sessions": {
            "nodes": [
                {
                    "viewCount": 2,
                    "actionCount": 3,
                    "frustrations": [{"type": "rage_click", "count": 1}],
                }
            ]
        },
        "mostVisitedPages": [{"page": "/home", "views": 1}, {"page": "/socks", "views": 1}],
        "frequentActions": [{"action": "click on ADD TO CART", "count": 3}],
    }
