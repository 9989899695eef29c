"""The pages that a person visits most, and what they do most."""

from typing import Any

import pytest

from tests.graphql.asking import Api, an_event

HABITS = """
query ($during: TimeRange, $first: Int = 10) {
  profile(by: {userId: "u1"}) {
    mostVisitedPages(during: $during, first: $first) { page views sessions }
    frequentActions(during: $during, first: $first) { action count }
  }
}
"""


def did(
    event_id: str, time: float, kind: str, name: str | None, session: str | None = None
) -> dict[str, object]:
    """An event of the user u1."""
    who: dict[str, object] = {"userId": "u1", "cookieId": None, "sessionId": session}
    return an_event(event_id, time, type=kind, name=name, **who)


async def habits(api: Api, **variables: object) -> Any:
    """Pages as ``(page, views, sessions)``, actions as ``(action, count)``."""
    profile = (await api.data(HABITS, **variables))["profile"]
    return {name: [tuple(one.values()) for one in rows] for name, rows in profile.items()}


async def test_pages_and_actions_are_counted_by_name(api: Api) -> None:
    await api.ingest(
        did("e1", 1, "VIEW", "/home", "s1"),
        did("e2", 2, "VIEW", "/home", "s1"),
        did("e3", 3, "VIEW", "/home", "s2"),
        did("e4", 4, "VIEW", "/cart", "s2"),
        did("e5", 5, "VIEW", "/cart"),
        did("e6", 6, "VIEW", "/about"),
        did("e7", 7, "VIEW", None, "s2"),
        did("e8", 8, "ACTION", "buy"),
        did("e9", 9, "ACTION", "buy", "s2"),
        did("e10", 10, "ACTION", "add"),
        did("e11", 11, "ACTION", None),
        did("e12", 12, "ERROR", "/home"),
        an_event("e13", 13, userId="u2", cookieId=None, type="VIEW", name="/home"),
    )

    assert await habits(api) == {
        "mostVisitedPages": [("/home", 3, 2), ("/cart", 2, 1), ("/about", 1, 0)],
        "frequentActions": [("buy", 2), ("add", 1)],
    }


async def test_equal_counts_are_in_the_order_of_their_names_and_limited(api: Api) -> None:
    names = ["b", "a", "é", "B", "c"]
    await api.ingest(
        *(did(f"v{name}", 1, "VIEW", name) for name in names),
        *(did(f"a{name}", 1, "ACTION", name) for name in names),
    )

    assert await habits(api, first=4) == {
        "mostVisitedPages": [("B", 1, 0), ("a", 1, 0), ("b", 1, 0), ("c", 1, 0)],
        "frequentActions": [("B", 1), ("a", 1), ("b", 1), ("c", 1)],
    }


async def test_only_what_happened_in_the_range_is_counted(api: Api) -> None:
    await api.ingest(
        *(did(f"v{time}", time, "VIEW", "/home", "s") for time in (9, 10, 19, 20)),
        *(did(f"a{time}", time, "ACTION", "buy") for time in (9, 10, 19, 20)),
    )

    during = {"between": {"from": "2026-01-01T00:00:10Z", "to": "2026-01-01T00:00:20Z"}}
    assert await habits(api, during=during) == {
        "mostVisitedPages": [("/home", 2, 1)],
        "frequentActions": [("buy", 2)],
    }


async def test_ten_are_told_when_no_number_is_given(api: Api) -> None:
    await api.ingest(*(did(f"e{number}", 1, "VIEW", f"/{number:02}") for number in range(12)))

    assert len((await habits(api))["mostVisitedPages"]) == 10
    assert len((await habits(api, first=None))["mostVisitedPages"]) == 10


@pytest.mark.parametrize("field", ["mostVisitedPages { page }", "frequentActions { action }"])
@pytest.mark.parametrize("first", [-1, 0, 201])
async def test_number_of_pages_and_actions_is_limited(api: Api, field: str, first: int) -> None:
    await api.ingest(did("e1", 1, "VIEW", "/home"))
    name, rest = field.split(" ", 1)

    error = await api.error(
        f'{{ profile(by: {{userId: "u1"}}) {{ {name}(first: {first}) {rest} }} }}'
    )

    message = "first: a summary has 1 to 200 items."
    assert error == {"code": "PAGE_INVALID", "message": message, "path": ["profile", name]}
