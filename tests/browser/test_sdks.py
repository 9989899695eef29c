"""The SDKs of others, as their users start them, against the server as our users start it."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent

PERSON = """
query ($user: String!) {
  profile(by: { userId: $user }) {
    email
    attribute(name: "plan") { value }
    identifiers { value }
    accounts { nodes { accountId name } }
    mostVisitedPages { page views }
    frequentActions { action count }
    sessions { nodes { viewCount actionCount } }
    events(first: 50) { nodes { name properties } }
  }
}
"""
CREATE = """
mutation ($name: String!, $kind: EventSourceKind!) {
  createEventSource(input: { name: $name, kind: $kind, traitsBecomeAttributes: true }) {
    writeKey
    errors { message }
  }
}
"""
PATIENCE = 20


def asked(server: str, query: str, **variables: str) -> Any:
    """The data of the answer."""
    request = {"query": query, "variables": variables}
    answer = httpx.post(f"{server}/graphql", json=request, trust_env=False).json()
    assert "errors" not in answer, answer
    return answer["data"]


def new_key(server: str, sdk: str) -> str:
    """The write key of a source of its own."""
    created = asked(server, CREATE, name=sdk, kind=sdk.upper())["createEventSource"]
    assert created["errors"] == []
    return str(created["writeKey"])


def person(server: str, user: str, complete: Callable[[Any], bool]) -> Any:
    """The profile, as soon as it is complete."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = asked(server, PERSON, user=user)["profile"]
        if found and complete(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def ordered(profile: Any) -> bool:
    """What was sent last has arrived."""
    return any(one["name"] == "Order Completed" for one in profile["events"]["nodes"])


def run_python(sdk: str, *arguments: str) -> None:
    script = [sys.executable, str(HERE / "sdk_servers.py"), sdk, *arguments]
    finished = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")


def assert_is_ana(profile: Any, user: str, account: str) -> None:
    assert profile["email"] == "ana@example.com"
    assert profile["attribute"] == {"value": "pro"}
    assert {user, f"{user}-anonymous"} <= {one["value"] for one in profile["identifiers"]}
    assert profile["accounts"]["nodes"] == [{"accountId": account, "name": "Acme"}]
    orders = [one for one in profile["events"]["nodes"] if one["name"] == "Order Completed"]
    assert [one["properties"]["revenue"] for one in orders] == [75.25]


@pytest.mark.slow
@pytest.mark.parametrize("sdk", ["segment", "rudderstack", "posthog"])
def test_python_sdk(server: str, sdk: str) -> None:
    user, account = f"py-{sdk}", f"py-{sdk}-account"

    run_python(sdk, server, new_key(server, sdk), user, account)

    assert_is_ana(person(server, user, ordered), user, account)


@pytest.mark.slow
@pytest.mark.npm
@pytest.mark.parametrize("sdk", ["segment", "rudderstack", "posthog"])
def test_node_sdk(server: str, run_script: Any, sdk: str) -> None:
    user, account = f"node-{sdk}", f"node-{sdk}-account"

    report = run_script(f"sdk_{sdk}.mjs", server, new_key(server, sdk), user, account)

    assert report == {"failures": []}
    assert_is_ana(person(server, user, ordered), user, account)


@pytest.mark.slow
@pytest.mark.npm
@pytest.mark.browser
@pytest.mark.parametrize("proxy", ["/dd", "", "/api/v2/rum", "function"])
def test_browser_sdk_of_datadog(server: str, run_script: Any, chromium: str, proxy: str) -> None:
    key = new_key(server, "datadog_rum")
    user, account = f"rum-ana{proxy}", f"rum-acme{proxy}"

    report = run_script("sdk_datadog.mjs", server, key, chromium, user, account, proxy)

    profile = person(server, user, lambda found: len(found["frequentActions"]) > 1)
    [session] = profile["sessions"]["nodes"]
    assert set(report["answers"]) <= {202}
    assert profile["email"] == "ana@example.com"
    assert profile["accounts"]["nodes"] == [{"accountId": account, "name": "Acme"}]
    assert sorted(profile["mostVisitedPages"], key=str) == [
        {"page": "/cart", "views": 1},
        {"page": "/products", "views": 1},
    ]
    assert sorted(profile["frequentActions"], key=str) == [
        {"action": "click on CHECKOUT", "count": 1},
        {"action": "order placed", "count": 1},
    ]
    assert session == {"viewCount": 2, "actionCount": 2}
