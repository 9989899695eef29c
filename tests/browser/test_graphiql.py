"""GraphiQL as a person finds it: complete, working, and without a word to the internet."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.web.graphiql.assets import fetch
from app.web.graphiql.routes import examples

pytestmark = [pytest.mark.browser, pytest.mark.npm, pytest.mark.slow]


@pytest.fixture(scope="module")
def screenshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphiql") / "graphiql.png"


@pytest.fixture(scope="module")
def seen(server: str, run_script: Any, chromium: str, screenshot: Path) -> dict[str, Any]:
    """What a visitor of the page saw and did; see graphiql.mjs."""
    fetch()
    report: dict[str, Any] = run_script(
        "graphiql.mjs", f"{server}/graphql", chromium, str(screenshot)
    )
    return report


def test_nothing_is_asked_of_another_host(seen: dict[str, Any]) -> None:
    assert seen["foreign"] == []


def test_nothing_breaks_the_content_security_policy(seen: dict[str, Any]) -> None:
    assert seen["violations"] == []
    assert seen["console"] == []


def test_page_bears_the_name_of_the_product(seen: dict[str, Any]) -> None:
    assert seen["title"] == seen["brand"] == "ProfileGraph"


def test_every_example_is_a_tab_and_stays_one(seen: dict[str, Any]) -> None:
    assert len(seen["tabs"]) == len(examples())
    assert seen["tabsAfterReload"] == seen["tabs"]


def test_first_tab_has_its_variables(seen: dict[str, Any]) -> None:
    assert seen["variables"] == examples()[0].variables


def test_example_is_answered(seen: dict[str, Any]) -> None:
    answer = json.loads(seen["answer"])
    assert "errors" not in answer
    assert answer["data"]["profile"]["identifiers"]


def test_explorer_shows_the_fields_of_the_example(seen: dict[str, Any]) -> None:
    assert seen["explorerLeft"] >= 0
    assert "lastSeenCountry" in seen["explorer"].splitlines()


def test_documentation_lists_the_types(seen: dict[str, Any]) -> None:
    assert {"query: Query", "mutation: Mutation", "Profile"} <= set(seen["docs"].splitlines())


def test_headers_are_sent_but_never_stored(seen: dict[str, Any]) -> None:
    assert seen["sentHeader"] == "Bearer of-a-secret"
    assert "of-a-secret" not in seen["stored"]
    assert "Persist headers" not in seen["settings"]


def test_screenshot_is_taken(seen: dict[str, Any], screenshot: Path) -> None:
    assert seen
    assert screenshot.read_bytes().startswith(b"\x89PNG")
