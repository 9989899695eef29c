"""Captures of Datadog's browser SDK give what stands in their summary, asked through GraphQL."""

import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.graphql.asking import Api
from tests.intake.replaying import captured, expected, needs_captures, pages, replay, served
from tests.living import World

pytestmark = [needs_captures]

THEN = datetime(2026, 11, 22, 23, tzinfo=UTC)
"""The end of the day on which the captures were made."""

EVENTS = """
query ($after: String) {
  events(first: 200, after: $after) {
    nodes { eventId type name sessionId accountId properties }
    pageInfo { hasNextPage endCursor }
  }
}
"""
PEOPLE = """
query ($after: String) {
  profiles(first: 50, after: $after) {
    nodes {
      userId
      identifiers { type value }
      accounts { nodes { accountId } }
      sessions { nodes {
        sessionId viewCount actionCount errorCount frustrations { type count }
      } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def of_type(events: list[Any], kind: str) -> list[Any]:
    return [one for one in events if one["type"] == kind]


def action(event: Any) -> str:
    """The action as the summary names it."""
    sent = event["properties"]["action"]
    prefix = f"{sent['type']} on " if sent["type"] != "custom" else ""
    assert event["name"] == prefix + sent["target"]["name"]
    return f"{sent['type']}:{sent['target']['name']}"


async def found(api: Api) -> dict[str, Any]:
    """The summary as the API tells it."""
    events = await pages(api, EVENTS, "events")
    people = await pages(api, PEOPLE, "profiles")
    actions = of_type(events, "ACTION")
    identifiers = {(i["type"], i["value"]) for one in people for i in one["identifiers"]}
    sessions = [session for one in people for session in one["sessions"]["nodes"]]
    frustrations: Counter[str] = Counter()
    for session in sessions:
        frustrations.update({one["type"]: one["count"] for one in session["frustrations"]})
    return {
        "sessions": sorted({one["sessionId"] for one in events}),
        "usr_ids": sorted(value for kind, value in identifiers if kind == "user_id"),
        "anonymous_ids": sorted(value for kind, value in identifiers if kind == "cookie_id"),
        "account_ids": sorted({a["accountId"] for p in people for a in p["accounts"]["nodes"]}),
        "distinct_views": len(of_type(events, "VIEW")),
        "actions": dict(Counter(map(action, actions))),
        "frustrations": dict(frustrations),
        "errors": len(of_type(events, "ERROR")),
        "resources": len(of_type(events, "RESOURCE")),
        "long_tasks": len(of_type(events, "LONG_TASK")),
        "vitals": len(of_type(events, "CUSTOM")),
        "people": len(people),
        "counted": {
            name: sum(one[name] for one in sessions)
            for name in ("viewCount", "actionCount", "errorCount")
        },
    }


def wanted(summary: dict[str, Any]) -> dict[str, Any]:
    """What the API has to tell."""
    kept = ("sessions", "usr_ids", "anonymous_ids", "account_ids", "distinct_views", "actions")
    by_type = summary["by_type_after_dedupe"]
    people = len(summary["usr_ids"]) or len(summary["anonymous_ids"])
    of_people = min(people, 1)
    actions = sum(summary["actions"].values())
    return {
        **{name: summary[name] for name in kept},
        "frustrations": summary["frustrations"],
        "errors": summary["errors"],
        "resources": by_type.get("resource", 0),
        "long_tasks": by_type.get("long_task", 0),
        "vitals": by_type.get("vital", 0),
        "people": people,
        "counted": {
            "viewCount": of_people * summary["distinct_views"],
            "actionCount": of_people * actions,
            "errorCount": of_people * summary["errors"],
        },
    }


@pytest.mark.parametrize("folder", expected("datadog-rum"))
@pytest.mark.parametrize("order", ["in order", "twice", "shuffled"])
async def test_capture_gives_what_its_summary_says(world: World, folder: str, order: str) -> None:
    requests = captured("datadog-rum", folder)
    if order == "twice":
        requests *= 2
    elif order == "shuffled":
        random.Random(folder).shuffle(requests)
    world.clock.now = THEN
    async with served(world) as api:
        answers = await replay(api, requests)
        told = await found(api)

    assert set(answers) <= {202}
    assert told == wanted(expected("datadog-rum")[folder])


async def test_view_that_lasts_shows_what_its_last_difference_says(world: World) -> None:
    requests = captured("datadog-rum", "s08_view_updates_beta")
    world.clock.now = THEN
    async with served(world) as api:
        await replay(api, requests[:4])
        [view] = of_type(await pages(api, EVENTS, "events"), "VIEW")

    assert view["eventId"].endswith("/1")
    assert view["accountId"] == "account_456"
    assert view["properties"]["view"]["time_spent"] == 9_320_000_000
    assert view["properties"]["view"]["resource"] == {"count": 31}
    assert view["properties"]["view"]["loading_type"] == "initial_load"
