"""``node`` and ``nodes``: anything by its global id."""

import pytest

from app.ids import global_id
from tests.graphql.asking import Api, an_event, field_of

NODE = """
query ($id: ID!) {
  node(id: $id) {
    __typename id
    ... on Profile { userId }
    ... on Account { accountId }
    ... on Session { sessionId viewCount }
    ... on Event { eventId type }
    ... on AttributeDefinition { name kind }
  }
}
"""
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
EVERYTHING = """
{
  profiles { nodes { id sessions { nodes { id } } } }
  accounts { nodes { id } }
  events { nodes { id } }
  attribute(kind: ACCOUNT, name: "account_name") { id }
}
"""


async def one_of_each(api: Api) -> dict[str, str]:
    """One node of each type; their ids by the name of their type."""
    await api.ingest(an_event("e1", type="VIEW", userId="u1", sessionId="s1", account={"id": "a1"}))
    found = await api.data(EVERYTHING)
    [profile], [account] = found["profiles"]["nodes"], found["accounts"]["nodes"]
    [session] = profile["sessions"]["nodes"]
    return {
        "Profile": profile["id"],
        "Account": account["id"],
        "Session": session["id"],
        "Event": found["events"]["nodes"][0]["id"],
        "AttributeDefinition": found["attribute"]["id"],
    }


async def test_node_of_each_type_is_found_by_its_id(api: Api) -> None:
    ids = await one_of_each(api)

    found = [(await api.data(NODE, id=one))["node"] for one in ids.values()]

    shown: list[dict[str, object]] = [
        {"userId": "u1"},
        {"accountId": "a1"},
        {"sessionId": "s1", "viewCount": 1},
        {"eventId": "e1", "type": "VIEW"},
        {"name": "account_name", "kind": "ACCOUNT"},
    ]
    assert found == [
        {"__typename": kind, "id": ids[kind], **fields}
        for kind, fields in zip(ids, shown, strict=True)
    ]


async def test_nodes_are_in_the_order_of_their_ids_with_null_for_what_is_not_there(
    api: Api,
) -> None:
    ids = await one_of_each(api)
    asked = [*ids.values(), "x", *reversed(ids.values()), global_id("Profile", "nobody")]

    found = (await api.data(NODES, ids=asked))["nodes"]

    rows = [{"__typename": kind, "id": one} for kind, one in ids.items()]
    assert found == [*rows, None, *reversed(rows), None]


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "x",
        "=",
        "☃",
        "UHJvZmlsZQ",  # a type without a key
        global_id("Profile", ""),
        global_id("Profile", "nobody"),
        global_id("profile", "nobody"),
        global_id("Account", "nobody"),
        global_id("Session", "nobody"),
        global_id("Session", "nobody/s1"),
        global_id("Country", "BR"),
        global_id("AttributeDefinition", "email"),
        global_id("AttributeDefinition", "USER:nothing"),
        global_id("AttributeDefinition", "SESSION:started_at"),
        global_id("AttributeDefinition", "nobody:email"),
    ],
)
async def test_id_of_nothing_is_answered_with_null(api: Api, wrong: str) -> None:
    await one_of_each(api)

    assert await api.data(NODE, id=wrong) == {"node": None}
    assert await api.data(NODES, ids=[wrong]) == {"nodes": [None]}


async def test_key_of_one_type_means_nothing_in_another(api: Api) -> None:
    await api.ingest(an_event("e1", account={"id": "a1"}))

    assert await api.data(NODE, id=global_id("Profile", "a1")) == {"node": None}


async def test_id_of_a_merged_profile_leads_to_the_one_that_stayed(api: Api) -> None:
    await api.ingest(an_event("e1", cookieId=None, userId="u1"))
    api.world.clock.advance(seconds=1)
    await api.ingest(an_event("e2", cookieId=None, userId="u2"))
    newer, older = field_of(
        (await api.data("{ profiles { nodes { id } } }"))["profiles"]["nodes"], "id"
    )

    await api.merge({"id": newer}, primary={"id": older})

    row = {"__typename": "Profile", "id": older}
    assert (await api.data(NODES, ids=[newer, older]))["nodes"] == [row, row]
    assert (await api.data(NODE, id=newer))["node"]["id"] == older


async def test_id_of_a_session_of_a_merged_profile_leads_to_its_session(api: Api) -> None:
    await api.ingest(an_event("e1", cookieId=None, userId="u1"))
    api.world.clock.advance(seconds=1)
    await api.ingest(an_event("e2", cookieId=None, userId="u2", sessionId="s"))
    query = '{ profile(by: {userId: "u2"}) { sessions { nodes { id } } } }'
    [session] = (await api.data(query))["profile"]["sessions"]["nodes"]

    await api.merge({"userId": "u2"}, primary={"userId": "u1"})

    found = (await api.data(NODE, id=session["id"]))["node"]
    assert found is not None
    assert (found["__typename"], found["sessionId"]) == ("Session", "s")


async def test_nodes_of_one_call_are_limited(api: Api) -> None:
    ids = [global_id("Profile", str(number)) for number in range(201)]

    assert await api.data(NODES, ids=ids[:200]) == {"nodes": [None] * 200}
    assert await api.error(NODES, ids=ids) == {
        "code": "PAGE_INVALID",
        "message": "ids: a call takes at most 200 ids.",
        "path": ["nodes"],
    }


async def test_no_nodes_are_an_empty_list(api: Api) -> None:
    assert await api.data(NODES, ids=[]) == {"nodes": []}
