"""Where identifiers of different people came together, as clients see it."""

from app.identity.model import IdentityPolicy
from tests.building import about
from tests.graphql.asking import Api

QUERY = """
query ($first: Int, $after: String) {
  collisions(first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      identifier { type value }
      about { type value }
      foundAt firstAt lastAt
      events { totalCount nodes { eventId profile { userId } } }
    }
  }
}
"""


async def share_a_browser(api: Api) -> None:
    """Three users of one cookie, each a minute after the other."""
    for number, user in enumerate(["u1", "u2", "u3", "u2"]):
        event = about(f"e{number}", "cookie_id:c1", f"user_id:{user}", time=number)
        await api.world.ingest(event, policy=IdentityPolicy.FIRST_USER_WINS)
        api.world.clock.advance(minutes=1)


async def test_collisions_tell_whom_the_events_are_about(api: Api) -> None:
    await share_a_browser(api)

    answer = (await api.data(QUERY))["collisions"]

    cookie = {"type": "cookie_id", "value": "c1"}
    assert answer["totalCount"] == 2
    assert answer["nodes"] == [
        {
            "identifier": cookie,
            "about": {"type": "user_id", "value": "u3"},
            "foundAt": "2026-01-01T12:02:00.000Z",
            "firstAt": "2026-01-01T00:00:02.000Z",
            "lastAt": "2026-01-01T00:00:02.000Z",
            "events": {
                "totalCount": 1,
                "nodes": [{"eventId": "e2", "profile": {"userId": "u3"}}],
            },
        },
        {
            "identifier": cookie,
            "about": {"type": "user_id", "value": "u2"},
            "foundAt": "2026-01-01T12:01:00.000Z",
            "firstAt": "2026-01-01T00:00:01.000Z",
            "lastAt": "2026-01-01T00:00:03.000Z",
            "events": {
                "totalCount": 2,
                "nodes": [
                    {"eventId": "e3", "profile": {"userId": "u2"}},
                    {"eventId": "e1", "profile": {"userId": "u2"}},
                ],
            },
        },
    ]


async def test_collisions_are_read_page_by_page(api: Api) -> None:
    await share_a_browser(api)

    first = (await api.data(QUERY, first=1))["collisions"]
    second = (await api.data(QUERY, first=1, after=first["pageInfo"]["endCursor"]))["collisions"]

    pages = [first, second]
    assert [one["pageInfo"]["hasNextPage"] for one in pages] == [True, False]
    assert [one["nodes"][0]["about"]["value"] for one in pages] == ["u3", "u2"]


async def test_without_collisions_the_list_is_empty(api: Api) -> None:
    assert (await api.data(QUERY))["collisions"] == {
        "totalCount": 0,
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "nodes": [],
    }
