"""Events as they stand in the ledger: of everybody, of a person, of a session."""

from decimal import Decimal
from typing import Any

import pytest

from tests.graphql.asking import Api, an_event, field_of

EVENTS = """
query ($filter: EventFilter, $during: TimeRange, $first: Int, $after: String) {
  events(filter: $filter, during: $during, first: $first, after: $after) {
    totalCount nodes { eventId } pageInfo { hasNextPage endCursor }
  }
}
"""
OF_PROFILE = """
query ($filter: EventFilter, $during: TimeRange, $first: Int, $after: String) {
  profile(by: {userId: "u1"}) {
    events(filter: $filter, during: $during, first: $first, after: $after) {
      totalCount nodes { eventId } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
OF_SESSION = """
query ($first: Int, $after: String) {
  profile(by: {userId: "u1"}) { sessions { nodes {
    events(first: $first, after: $after) {
      totalCount nodes { eventId } pageInfo { hasNextPage endCursor }
    }
  } } }
}
"""
EVERYTHING = """
{ events { nodes {
  eventId type name time receivedAt sessionId accountId user account context properties
  profile { userId }
} } }
"""


def of_user(who: str, event_id: str, time: float, **fields: object) -> dict[str, object]:
    """An event of a known user."""
    return an_event(event_id, time, cookieId=None, userId=who, **fields)


async def of_profile(api: Api, **variables: object) -> Any:
    """A page of the events of the user u1."""
    return (await api.data(OF_PROFILE, **variables))["profile"]["events"]


async def pages(api: Api, query: str, path: list[Any], first: int) -> list[list[str]]:
    """The ids of the events on every page of a list."""
    found, after = [], None
    while True:
        page = await api.data(query, first=first, after=after)
        for step in path:
            page = page[step]
        found.append(field_of(page["nodes"], "eventId"))
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def test_event_shows_all_that_was_sent(api: Api) -> None:
    sent: dict[str, Any] = {
        "user": {"plan": "pro", "a.b": {"$c": None}},
        "account": {"id": "a1", "arr": 1200},
        "context": {"geo": {"city": "Recife"}},
        "properties": {"revenue": 49.9, "items": [1, "two", True]},
    }
    await api.ingest(
        of_user("u1", "e1", 10, type="ACTION", name="buy", sessionId="s1", **sent),
        an_event("e2", 5, anonymousTracking=True, userId="u1"),
    )

    [full, anonymous] = (await api.data(EVERYTHING))["events"]["nodes"]

    assert full == {
        "eventId": "e1",
        "type": "ACTION",
        "name": "buy",
        "time": "2026-01-01T00:00:10.000Z",
        "receivedAt": "2026-01-01T12:00:00.000Z",
        "sessionId": "s1",
        "accountId": "a1",
        **sent,
        "properties": {"revenue": Decimal("49.9"), "items": [1, "two", True]},
        "profile": {"userId": "u1"},
    }
    nothing: dict[str, Any] = {name: {} for name in sent}
    assert anonymous == {
        "eventId": "e2",
        "type": "CUSTOM",
        "name": None,
        "time": "2026-01-01T00:00:05.000Z",
        "receivedAt": "2026-01-01T12:00:00.000Z",
        "sessionId": None,
        "accountId": None,
        **nothing,
        "profile": None,
    }


async def test_events_are_paged_from_the_newest_also_where_they_happened_at_once(api: Api) -> None:
    times = {"a": 10, "b": 20, "c": 20, "d": 20, "e": 30}
    await api.ingest(*(of_user("u1", event, time) for event, time in times.items()))
    await api.ingest(of_user("u2", "other", 20))

    assert await pages(api, OF_PROFILE, ["profile", "events"], 2) == [["e", "d"], ["c", "b"], ["a"]]
    assert await pages(api, EVENTS, ["events"], 2) == [["e", "other"], ["d", "c"], ["b", "a"]]


async def test_events_of_a_session_are_paged_from_the_earliest(api: Api) -> None:
    times = {"a": 10, "b": 20, "c": 20, "d": 30}
    await api.ingest(
        *(of_user("u1", event, time, sessionId="s") for event, time in times.items()),
        of_user("u1", "elsewhere", 15, sessionId=None),
        of_user("u2", "somebody", 15, sessionId="s"),
    )

    path: list[Any] = ["profile", "sessions", "nodes", 0, "events"]
    assert await pages(api, OF_SESSION, path, 2) == [["a", "b"], ["c", "d"]]
    [session] = (await api.data(OF_SESSION))["profile"]["sessions"]["nodes"]
    assert session["events"]["totalCount"] == 4


async def test_events_of_merged_profiles_are_one_history(api: Api) -> None:
    await api.ingest(
        of_user("u1", "e1", 10, sessionId="s"),
        of_user("u2", "e2", 20, sessionId="s"),
        of_user("u2", "e3", 5, sessionId="t"),
    )

    await api.merge({"userId": "u1"}, {"userId": "u2"})

    answer = await of_profile(api)
    assert (answer["totalCount"], field_of(answer["nodes"], "eventId")) == (3, ["e2", "e1", "e3"])
    sessions = (await api.data(OF_SESSION))["profile"]["sessions"]["nodes"]
    assert [field_of(one["events"]["nodes"], "eventId") for one in sessions] == [
        ["e1", "e2"],
        ["e3"],
    ]


async def test_range_of_time_begins_with_its_start_and_ends_before_its_end(api: Api) -> None:
    await api.ingest(*(of_user("u1", f"e{time}", time) for time in (9, 10, 15, 20)))

    during = {"between": {"from": "2026-01-01T00:00:10Z", "to": "2026-01-01T01:00:20+01:00"}}
    answer = await of_profile(api, during=during)

    assert (answer["totalCount"], field_of(answer["nodes"], "eventId")) == (2, ["e15", "e10"])


@pytest.mark.parametrize(
    ("duration", "found"),
    [
        ("PT12H", ["e1", "e0"]),
        ("PT11H59M59S", ["e1"]),
        ("P1D", ["e1", "e0"]),
        ("PT0.001S", []),
    ],
)
async def test_last_range_ends_now(api: Api, duration: str, found: list[str]) -> None:
    await api.ingest(*(of_user("u1", f"e{time}", time) for time in (0, 1)))

    answer = await of_profile(api, during={"last": duration})

    assert field_of(answer["nodes"], "eventId") == found


@pytest.mark.parametrize(
    ("during", "message"),
    [
        ({"last": "PT0S"}, "during.last: a duration is longer than nothing."),
        ({"last": "-P1D"}, "during.last: a duration is longer than nothing."),
        ({"last": "P999999D"}, "during.last: it begins before the year 1."),
        (
            {"between": {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:00:00.0009Z"}},
            "during.between: `from` has to be before `to`.",
        ),
        (
            {"between": {"from": "0001-01-01T00:00:00+14:00", "to": "2026-01-01T00:00:00Z"}},
            "during.between: it is outside of the years 1 to 9999.",
        ),
    ],
)
async def test_range_without_any_moment_is_refused(
    api: Api, during: dict[str, Any], message: str
) -> None:
    error = {"code": "RANGE_INVALID", "message": message, "path": ["events"]}

    assert await api.error(EVENTS, during=during) == error


@pytest.mark.parametrize(
    "text", ["P1Y", "P1M", "P1Y2M3D", "P1W", "7D", "P", "PT", "", "1 day", "P7D ", 7, None, ["P7D"]]
)
async def test_duration_without_a_fixed_length_or_in_another_form_is_refused(
    api: Api, text: object
) -> None:
    assert (await api.error(EVENTS, during={"last": text}))["code"] == "GRAPHQL_INVALID"


@pytest.mark.parametrize(
    "arguments", [{"first": 201}, {"first": -1}, {"after": "nonsense"}, {"after": "kaFh"}]
)
async def test_page_of_events_that_cannot_be_served_is_refused(
    api: Api, arguments: dict[str, Any]
) -> None:
    await api.ingest(of_user("u1", "e1", 1))

    assert (await api.error(EVENTS, **arguments))["code"] == "PAGE_INVALID"
    assert (await api.error(OF_PROFILE, **arguments))["code"] == "PAGE_INVALID"


async def test_event_with_the_longest_id_has_a_place_in_the_list(api: Api) -> None:
    longest = "\N{GRINNING FACE}" * 256
    await api.ingest(of_user("u1", longest, 20), of_user("u1", "e1", 10))

    assert await pages(api, EVENTS, ["events"], 1) == [[longest], ["e1"]]


async def test_page_of_no_events_tells_of_the_next(api: Api) -> None:
    await api.ingest(of_user("u1", "e1", 1))

    page = await of_profile(api, first=0)

    nothing = {"hasNextPage": True, "endCursor": None}
    assert page == {"totalCount": 1, "nodes": [], "pageInfo": nothing}
