"""Captures of Segment's, RudderStack's and PostHog's SDKs give what stands in their summary."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.graphql.asking import Api
from tests.intake.replaying import captured, expected, needs_captures, pages, replay, served
from tests.living import World

pytestmark = [needs_captures]

THEN = datetime(2026, 11, 22, 23, tzinfo=UTC)
CLIENTS = (
    *("segment-python", "segment-node"),
    *("rudderstack-python", "rudderstack-node"),
    *("posthog-python", "posthog-node"),
)

EVENTS = """
query ($after: String) {
  events(first: 200, after: $after) {
    nodes { eventId type name }
    pageInfo { hasNextPage endCursor }
  }
}
"""
PEOPLE = """
query ($after: String) {
  profiles(first: 200, after: $after) {
    nodes { userId identifiers { type value } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
CALLS = {"identify", "group", "alias"}


def folders() -> Iterator[tuple[str, str]]:
    for client in CLIENTS:
        for folder in expected(client):
            yield client, folder


def kind_of(event: Any) -> str:
    """The kind of a call as the summary names it; pages and screens are views."""
    if event["type"] == "VIEW":
        return "view"
    if event["type"] == "ERROR":
        return "$exception"
    return str(event["name"])


def wanted_kinds(client: str, summary: dict[str, Any]) -> Counter[str]:
    kinds = Counter(summary["by_kind"])
    views = sum(kinds.pop(name, 0) for name in ("page", "screen", "$pageview", "$screen"))
    return kinds + Counter({"view": views})


async def known_users(api: Api, ids: list[str]) -> list[str]:
    query = "query ($id: String!) { profile(by: {userId: $id}) { id } }"
    return [one for one in ids if (await api.data(query, id=one))["profile"]]


@pytest.mark.parametrize(("client", "folder"), list(folders()))
@pytest.mark.parametrize("order", ["in order", "twice", "shuffled"])
async def test_capture_gives_what_its_summary_says(
    world: World, client: str, folder: str, order: str
) -> None:
    summary = expected(client)[folder]
    requests = captured(client, folder)
    if order == "twice":
        requests *= 2
    elif order == "shuffled":
        random.Random(folder).shuffle(requests)
    world.clock.now = THEN
    async with served(world) as api:
        answers = await replay(api, requests)
        events = await pages(api, EVENTS, "events")
        people = await pages(api, PEOPLE, "profiles")
        users = await known_users(api, summary["user_ids"])

    identifiers = {one["value"] for person in people for one in person["identifiers"]}
    kinds = Counter(map(kind_of, events))
    if not client.startswith("posthog"):  # tracked events have the names that somebody gave them
        tracked = [name for name in kinds if name not in CALLS | {"view"}]
        kinds["track"] = sum(kinds.pop(name) for name in tracked)
    assert set(answers) <= {200}
    assert len(events) == summary["distinct_message_ids"]
    assert kinds == wanted_kinds(client, summary)
    assert users == summary["user_ids"]
    assert set(summary["anonymous_ids"]) <= identifiers
    assert {one["userId"] for one in people} - {None} <= set(summary["user_ids"])
