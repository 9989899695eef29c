"""The demo page as a person finds it: what is done in it becomes a profile beside it."""

from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.npm, pytest.mark.slow]

CREATE = """mutation {
  createSource(input: { name: "Demo page", kind: DATADOG_RUM }) { writeKey errors { code } }
}"""


@pytest.fixture(scope="module")
def seen(
    server: str, run_script: Any, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What a visitor of the page saw and did; see demo.mjs."""
    answer = httpx.post(f"{server}/graphql", json={"query": CREATE}, trust_env=False).json()
    key = answer["data"]["createSource"]["writeKey"]
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
