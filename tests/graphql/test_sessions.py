"""A profile's sessions: what happened in each, the frustrated ones, and pages of them."""

from typing import Any

from tests.graphql.asking import Api, an_event, field_of

SESSIONS = """
query ($frustrated: Boolean = false, $first: Int, $after: String) {
  profile(by: {userId: "u1"}) {
    sessions(onlyFrustrated: $frustrated, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        sessionId startedAt endedAt application entryPage exitPage
        viewCount actionCount errorCount frustrationCount frustrations { type count }
      }
    }
  }
}
"""
CALM: dict[str, object] = {
    "application": None,
    "entryPage": None,
    "exitPage": None,
    "viewCount": 0,
    "actionCount": 0,
    "errorCount": 0,
    "frustrationCount": 0,
    "frustrations": [],
}


async def sessions(api: Api, **variables: object) -> Any:
    """The sessions of the user u1."""
    return (await api.data(SESSIONS, **variables))["profile"]["sessions"]


def in_session(session: str, event_id: str, time: float, **fields: object) -> dict[str, object]:
    """An event of the user u1 in a session."""
    return an_event(event_id, time, cookieId=None, userId="u1", sessionId=session, **fields)


def moment(seconds: int) -> str:
    """A moment in the first minute."""
    return f"2026-01-01T00:00:{seconds:02}.000Z"


async def test_session_tells_what_happened_in_it(api: Api) -> None:
    clicks: dict[str, Any] = {"frustration": ["rage_click", "dead_click"]}
    shop = {"application": {"id": "shop"}}
    await api.ingest(
        in_session("s1", "e1", 10, type="VIEW", name="/home", context=shop),
        in_session("s1", "e2", 20, type="VIEW", name="/cart"),
        in_session("s1", "e3", 30, type="ACTION", name="click on CHECKOUT", properties=clicks),
        in_session("s1", "e4", 40, type="ACTION", properties={"frustration": "rage_click"}),
        in_session("s1", "e5", 50, type="ERROR"),
        in_session("s2", "e6", 55),
    )

    answer = await sessions(api)

    busy = {
        "sessionId": "s1",
        "startedAt": moment(10),
        "endedAt": moment(50),
        "application": "shop",
        "entryPage": "/home",
        "exitPage": "/cart",
        "viewCount": 2,
        "actionCount": 2,
        "errorCount": 1,
        "frustrationCount": 3,
        "frustrations": [{"type": "rage_click", "count": 2}, {"type": "dead_click", "count": 1}],
    }
    calm = {"sessionId": "s2", "startedAt": moment(55), "endedAt": moment(55), **CALM}
    assert (answer["totalCount"], answer["nodes"]) == (2, [calm, busy])


async def test_frustrated_sessions_alone_are_listed_and_counted(api: Api) -> None:
    dead = {"frustration": ["dead_click"]}
    await api.ingest(
        in_session("s1", "e1", 10),
        in_session("s2", "e2", 20, type="ACTION", properties=dead),
        in_session("s3", "e3", 30),
        in_session("s4", "e4", 40, type="ACTION", properties=dead),
    )

    frustrated = await sessions(api, frustrated=True)
    everything = await sessions(api, frustrated=False)

    assert field_of(frustrated["nodes"], "sessionId") == ["s4", "s2"]
    assert field_of(everything["nodes"], "sessionId") == ["s4", "s3", "s2", "s1"]
    assert [frustrated["totalCount"], everything["totalCount"]] == [2, 4]


async def test_sessions_are_paged_from_the_latest_also_where_they_began_at_once(api: Api) -> None:
    begun = {"s1": 10, "s2": 20, "s3": 20, "s4": 20, "s5": 30}
    await api.ingest(*(in_session(name, f"e{name}", time) for name, time in begun.items()))

    pages, after = [], None
    for _ in range(3):
        page = await sessions(api, first=2, after=after)
        pages.append(field_of(page["nodes"], "sessionId"))
        after = page["pageInfo"]["endCursor"]

    assert pages == [["s5", "s4"], ["s3", "s2"], ["s1"]]
    assert page["pageInfo"]["hasNextPage"] is False


async def test_late_event_moves_a_session_to_its_place(api: Api) -> None:
    await api.ingest(in_session("s1", "e1", 20), in_session("s2", "e2", 10))
    assert field_of((await sessions(api))["nodes"], "sessionId") == ["s1", "s2"]

    await api.ingest(in_session("s1", "e3", 5))

    answer = await sessions(api)
    assert field_of(answer["nodes"], "sessionId") == ["s2", "s1"]
    assert answer["nodes"][1]["startedAt"] == moment(5)


async def test_people_who_share_a_session_id_have_a_session_each(api: Api) -> None:
    await api.ingest(
        in_session("s", "e1", 10, type="VIEW", name="/home"),
        an_event("e2", 20, cookieId=None, userId="u2", sessionId="s"),
    )

    answer = await sessions(api)

    assert [(one["sessionId"], one["viewCount"]) for one in answer["nodes"]] == [("s", 1)]


async def test_same_session_of_merged_profiles_is_one(api: Api) -> None:
    await api.ingest(
        in_session("s", "e1", 10, type="VIEW", name="/home"),
        an_event("e2", 20, cookieId=None, userId="u2", sessionId="s", type="VIEW", name="/cart"),
    )

    await api.merge({"userId": "u1"}, {"userId": "u2"})

    answer = await sessions(api)
    session = {"sessionId": "s", "startedAt": moment(10), "endedAt": moment(20), **CALM}
    assert answer["nodes"] == [
        session | {"entryPage": "/home", "exitPage": "/cart", "viewCount": 2}
    ]


DURING = """
query ($during: TimeRange) {
  profile(by: {userId: "u1"}) {
    sessions(during: $during) { totalCount nodes { sessionId } }
  }
}
"""


async def test_sessions_of_a_range_are_those_that_began_in_it(api: Api) -> None:
    begun = {"s1": 9, "s2": 10, "s3": 19, "s4": 20}
    await api.ingest(*(in_session(name, f"e{name}", time) for name, time in begun.items()))
    await api.ingest(in_session("s1", "later", 15))

    during = {"between": {"from": moment(10), "to": moment(20)}}
    answer = (await api.data(DURING, during=during))["profile"]["sessions"]

    assert (answer["totalCount"], field_of(answer["nodes"], "sessionId")) == (2, ["s3", "s2"])


VIEWS = """
{ profile(by: {userId: "u1"}) { sessions { nodes {
  frustrationCount frustrations { type count }
  views { page startedAt frustrationCount frustrations { type count } }
} } } }
"""


def frustrating(*kinds: str) -> dict[str, Any]:
    """An action with moments of frustration."""
    return {"type": "ACTION", "properties": {"frustration": list(kinds)}}


def shown(page: str | None, time: int, **kinds: int) -> dict[str, Any]:
    """A view as it is answered."""
    return {
        "page": page,
        "startedAt": moment(time),
        "frustrationCount": sum(kinds.values()),
        "frustrations": [{"type": kind, "count": count} for kind, count in kinds.items()],
    }


async def test_frustrations_are_counted_by_view(api: Api) -> None:
    await api.ingest(
        in_session("s1", "e1", 5, **frustrating("error_click")),
        in_session("s1", "e2", 10, type="VIEW", name="/home"),
        in_session("s1", "e3", 11, type="ACTION", name="click on nothing special"),
        in_session("s1", "e4", 20, type="VIEW", name="/cart"),
        in_session("s1", "e5", 25, **frustrating("dead_click", "rage_click")),
        in_session("s1", "e6", 26, **frustrating("rage_click")),
        in_session("s1", "e7", 30, type="VIEW", properties={"frustration": "dead_click"}),
        in_session("s2", "e8", 27, **frustrating("rage_click")),
    )

    [_, session] = (await api.data(VIEWS))["profile"]["sessions"]["nodes"]

    assert session["views"] == [
        shown(None, 5, error_click=1),
        shown("/home", 10),
        shown("/cart", 20, rage_click=2, dead_click=1),
        shown(None, 30, dead_click=1),
    ]
    assert session["frustrationCount"] == sum(one["frustrationCount"] for one in session["views"])
    assert session["frustrations"] == [
        {"type": "rage_click", "count": 2},
        {"type": "dead_click", "count": 2},
        {"type": "error_click", "count": 1},
    ]


async def test_sequence_decides_which_view_it_was_where_times_are_equal(api: Api) -> None:
    await api.ingest(
        in_session("s1", "a", 10, sequence=3, **frustrating("rage_click")),
        in_session("s1", "b", 10, sequence=4, type="VIEW", name="/second"),
        in_session("s1", "c", 10, sequence=2, type="VIEW", name="/first"),
    )

    [session] = (await api.data(VIEWS))["profile"]["sessions"]["nodes"]

    assert session["views"] == [shown("/first", 10, rage_click=1), shown("/second", 10)]


async def test_analytics_query_searches_for_the_frustrations_of_the_session(api: Api) -> None:
    await api.ingest(in_session('s"1"\\', "e1", 10, **frustrating("rage_click")))
    query = '{ profile(by: {userId: "u1"}) { sessions { nodes { analyticsQuery } } } }'

    [session] = (await api.data(query))["profile"]["sessions"]["nodes"]

    expected = r'@session.frustration.count:>0 @type:session @session.id:"s\"1\"\\"'
    assert session == {"analyticsQuery": expected}
