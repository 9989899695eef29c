"""``brokenProfiles``: what outgrew the limits can be looked at."""

from tests.graphql.asking import Api, an_event

QUERY = """
query ($first: Int, $after: String) {
  brokenProfiles(first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id reason removedAt identifierCount createdAt updatedAt
      identifiers(first: 2, skip: 999) { type value }
      attribute(name: "user_id") { value }
    }
  }
}
"""


async def broken_by(api: Api, user: str) -> None:
    """A thousand cookies and a user make a broken profile."""
    await api.ingest(
        *(an_event(f"{user}{n}", n, userId=user, cookieId=f"{user}-{n:04}") for n in range(1000))
    )


async def test_there_are_none_to_begin_with(api: Api) -> None:
    assert await api.data("{ brokenProfiles { totalCount nodes { id } } }") == {
        "brokenProfiles": {"totalCount": 0, "nodes": []}
    }


async def test_it_is_shown_as_it_was(api: Api) -> None:
    await broken_by(api, "u1")

    [shown] = (await api.data(QUERY))["brokenProfiles"]["nodes"]

    noon = "2026-01-01T12:00:00.000Z"
    assert {**shown, "id": None} == {
        "id": None,
        "reason": "IDENTIFIERS",
        "removedAt": noon,
        "identifierCount": 1001,
        "createdAt": noon,
        "updatedAt": noon,
        "identifiers": [
            {"type": "cookie_id", "value": "u1-0999"},
            {"type": "user_id", "value": "u1"},
        ],
        "attribute": {"value": "u1"},
    }
    query = "query ($id: ID!) { node(id: $id) { ... on BrokenProfile { identifierCount } } }"
    assert await api.data(query, id=shown["id"]) == {"node": {"identifierCount": 1001}}


async def test_no_list_of_people_shows_it(api: Api) -> None:
    await broken_by(api, "u1")

    query = '{ profiles(search: "u1") { totalCount } profile(by: {userId: "u1"}) { id } }'
    assert await api.data(query) == {"profiles": {"totalCount": 0}, "profile": None}
    events = await api.data("{ events(first: 1) { totalCount nodes { profile { id } } } }")
    assert events == {"events": {"totalCount": 1000, "nodes": [{"profile": None}]}}


async def test_pages_begin_with_the_latest(api: Api) -> None:
    for user in ("u1", "u2", "u3"):
        await broken_by(api, user)
        api.world.clock.advance(hours=1)

    first = (await api.data(QUERY, first=2))["brokenProfiles"]
    rest = await api.data(QUERY, first=2, after=first["pageInfo"]["endCursor"])

    users = [one["attribute"]["value"] for one in first["nodes"] + rest["brokenProfiles"]["nodes"]]
    assert users == ["u3", "u2", "u1"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)


async def test_too_many_identifiers_at_a_time_are_refused(api: Api) -> None:
    await broken_by(api, "u1")

    query = "{ brokenProfiles(first: 1) { nodes { identifiers(first: 1001) { value } } } }"
    assert (await api.error(query))["code"] == "PAGE_INVALID"
