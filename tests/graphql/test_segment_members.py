"""Who is in segments: lists, sizes, previews, the segments of somebody, and why."""

from typing import Any

import pytest

from app.ids import global_id
from app.segments import crowd
from app.services import compose
from app.settings import Settings
from tests.building import NOON
from tests.graphql.asking import Api, an_event, field_of, rfc3339, serve
from tests.graphql.test_delete_attribute import delete
from tests.graphql.test_segments import create, update
from tests.graphql.watching import WatchedDatabase
from tests.living import World
from tests.performing import CART, CLICK, not_, performed, step


def between(start: str, end: str) -> Any:
    return {"between": {"from": start, "to": end}}


LOST = performed(step(CART), not_(CLICK))
BOUGHT = performed(step(CART), step(CLICK))
WHO = "totalCount nodes { userId } pageInfo { hasNextPage endCursor }"


async def visit(api: Api, user_id: str, *deeds: dict[str, Any], **fields: Any) -> None:
    """Somebody does things one after the other."""
    events = [
        an_event(None, number, userId=user_id, cookieId=None, sessionId="s", **(fields | deed))
        for number, deed in enumerate(deeds)
    ]
    await api.ingest(*events)


@pytest.fixture
async def shop(api: Api) -> Api:
    """Four people of two companies, two of whom bought."""
    for number, user_id in enumerate(("ana", "bob", "cleo", "dan")):
        company = {"id": f"c{number % 2}"}
        deeds = [CART, CLICK] if number % 2 else [CART]
        await visit(api, user_id, *deeds, account=company, user={"name": user_id})
        api.world.clock.advance(minutes=1)
    return api


async def ids(api: Api, **fields: Any) -> str:
    """The id of a new segment."""
    answer = await create(api, **fields)
    assert answer["errors"] == []
    return str(answer["segment"]["id"])


async def test_members_are_paged_and_sorted(shop: Api) -> None:
    lost = await ids(shop, name="Lost", definition=LOST)
    query = f"""query ($id: ID!, $after: String) {{ segment(id: $id) {{
      size sizeAsOf
      profiles(first: 1, after: $after) {{ {WHO} }}
      byName: profiles(orderBy: [{{attribute: "name"}}]) {{ nodes {{ userId }} }}
    }} }}"""

    found = (await shop.data(query, id=lost))["segment"]

    assert (found["size"], found["sizeAsOf"]) == (2, rfc3339(shop.world.clock.now))
    assert field_of(found["byName"]["nodes"], "userId") == ["ana", "cleo"]
    page = found["profiles"]
    assert (page["totalCount"], field_of(page["nodes"], "userId")) == (2, ["cleo"])
    assert page["pageInfo"]["hasNextPage"] is True
    after = page["pageInfo"]["endCursor"]
    page = (await shop.data(query, id=lost, after=after))["segment"]["profiles"]
    assert field_of(page["nodes"], "userId") == ["ana"]
    assert page["pageInfo"]["hasNextPage"] is False


async def test_lists_are_narrowed_to_a_segment(shop: Api) -> None:
    lost = await ids(shop, name="Lost", definition=LOST)
    accounts = await ids(shop, name="Bought", kind="ACCOUNT", definition=BOUGHT)
    query = """query ($lost: ID, $bought: ID, $filter: ProfileFilter, $search: String) {
      profiles(segment: $lost, filter: $filter, search: $search) { totalCount nodes { userId } }
      accounts(segment: $bought) { totalCount nodes { accountId } }
    }"""

    async def found(**variables: Any) -> list[str]:
        answer = await shop.data(query, lost=lost, bought=accounts, **variables)
        assert answer["accounts"] == {"totalCount": 1, "nodes": [{"accountId": "c1"}]}
        assert answer["profiles"]["totalCount"] == len(answer["profiles"]["nodes"])
        return field_of(answer["profiles"]["nodes"], "userId")

    assert await found() == ["cleo", "ana"]
    assert await found(search="ana") == ["ana"]
    assert await found(filter={"attribute": {"name": "name", "eq": "cleo"}}) == ["cleo"]
    assert await found(filter=BOUGHT) == []


async def test_users_of_accounts_are_filtered_by_what_they_performed(shop: Api) -> None:
    query = """query ($filter: ProfileFilter) { accounts { nodes {
      accountId users(filter: $filter) { totalCount nodes { userId } }
    } } }"""

    found = (await shop.data(query, filter=BOUGHT))["accounts"]["nodes"]

    assert found == [
        {"accountId": "c0", "users": {"totalCount": 0, "nodes": []}},
        {
            "accountId": "c1",
            "users": {"totalCount": 2, "nodes": [{"userId": "dan"}, {"userId": "bob"}]},
        },
    ]


async def test_segment_of_people_has_no_accounts(shop: Api) -> None:
    lost = await ids(shop, name="Lost", definition=LOST)

    for query, variables in (
        ("query ($id: ID!) { segment(id: $id) { accounts { totalCount } } }", {"id": lost}),
        ("query ($id: ID!) { accounts(segment: $id) { totalCount } }", {"id": lost}),
    ):
        error = await shop.error(query, **variables)
        assert error["code"] == "FILTER_INVALID"
        assert "'Lost' is a segment of users" in error["message"]


async def test_size_is_counted_again_when_the_definition_changes(shop: Api) -> None:
    lost = await ids(shop, name="Lost", definition=LOST)
    query = "query ($id: ID!) { segment(id: $id) { size } }"
    await visit(shop, "eve", CART)
    assert (await shop.data(query, id=lost))["segment"]["size"] == 3

    await update(shop, lost, definition=BOUGHT)

    assert (await shop.data(query, id=lost))["segment"]["size"] == 2


async def test_preview_shows_what_a_definition_would_mean(shop: Api) -> None:
    query = """query ($kind: ProfileKind!, $definition: ProfileFilter!, $sample: Int) {
      previewSegment(kind: $kind, definition: $definition, sample: $sample) {
        size profiles { userId } accounts { accountId }
      }
    }"""

    async def preview(**variables: Any) -> Any:
        return (await shop.data(query, **variables))["previewSegment"]

    assert await preview(kind="USER", definition=LOST, sample=1) == {
        "size": 2,
        "profiles": [{"userId": "cleo"}],
        "accounts": [],
    }
    assert await preview(kind="ACCOUNT", definition=BOUGHT) == {
        "size": 1,
        "profiles": [],
        "accounts": [{"accountId": "c1"}],
    }
    assert await shop.world.documents("segments") == []
    error = await shop.error(query, kind="USER", definition={"and": []})
    assert error["code"] == "FILTER_INVALID"
    assert "definition.and" in error["message"]


OF_EACH = """{
  profiles { nodes { userId segments { name } } }
  accounts { nodes { accountId segments { name } } }
}"""


async def test_somebody_knows_their_segments(shop: Api) -> None:
    lost = await ids(shop, name="Lost", definition=LOST)
    await ids(shop, name="Ana", definition={"attribute": {"name": "name", "eq": "ana"}})
    await ids(shop, name="Not lost", definition={"not": {"segment": lost}})
    await ids(shop, name="Buyers", kind="ACCOUNT", definition=BOUGHT)

    answer = await shop.data(OF_EACH)

    segments = {
        one["userId"]: field_of(one["segments"], "name") for one in answer["profiles"]["nodes"]
    }
    assert segments == {
        "ana": ["Ana", "Lost"],
        "bob": ["Not lost"],
        "cleo": ["Lost"],
        "dan": ["Not lost"],
    }
    assert [field_of(one["segments"], "name") for one in answer["accounts"]["nodes"]] == [
        [],
        ["Buyers"],
    ]


async def test_segments_of_a_page_take_as_many_commands_as_those_of_one(world: World) -> None:
    watched = WatchedDatabase(world.database)
    services = compose(watched, Settings(), world.clock)
    async with serve(World(watched, services, world.clock)) as api:
        for number in range(20):
            await visit(api, f"u{number}", CART)
            await ids(api, name=f"{number}", definition=LOST if number % 2 else BOUGHT)
        query = "query ($n: Int) { profiles(first: $n) { nodes { segments { id } } } }"
        await api.data(query, n=1)
        counts = []
        for n in (1, 20):
            watched.forget()
            await api.data(query, n=n)
            counts.append([one for one in watched.commands if not one.startswith("settings")])

    assert (
        counts[0] == counts[1] == ["profiles.find", "segments.find", "profiles.find", "events.find"]
    )


EXPLAIN = """query ($segment: ID!, $profile: ProfileRef, $account: AccountRef) {
  explainSegment(segment: $segment, profile: $profile, account: $account) {
    belongs segment { name }
    conditions { path condition holds values events { type name } }
  }
}"""


async def test_explanation_says_what_decided(shop: Api) -> None:
    named = {"attribute": {"name": "name", "ne": "bob"}}
    bought = await ids(shop, name="Bought", definition=BOUGHT)
    segment = await ids(
        shop, name="Others", definition={"and": [named, {"not": {"segment": bought}}]}
    )

    told = (await shop.data(EXPLAIN, segment=segment, profile={"userId": "bob"}))["explainSegment"]

    assert told["belongs"] is False
    assert told["segment"] == {"name": "Others"}
    assert [(one["path"], one["holds"]) for one in told["conditions"]] == [
        ([], False),
        (["and", "0"], False),
        (["and", "1"], False),
        (["and", "1", "not"], True),
        (["and", "1", "not", "segment"], True),
    ]
    assert [one["values"] for one in told["conditions"]] == [[], ["bob"], [], [], []]
    assert told["conditions"][4]["condition"] == performed(step(CART), step(CLICK), scope="SESSION")
    assert told["conditions"][4]["events"] == [CART, CLICK]


IMPORT = """mutation ($input: ImportSegmentCsvInput!) {
  importSegmentCsv(input: $input) { segment { id } }
}"""


async def test_explanation_shows_what_identifiers_accounts_and_lists_go_by(shop: Api) -> None:
    given = {"name": "Asked", "kind": "USER", "column": "id", "matchOn": "user_id"}
    imported = await shop.data(IMPORT, input=given | {"csv": "id\nbob\n"})
    asked = imported["importSegmentCsv"]["segment"]["id"]
    named = {"identifierIn": {"type": "user_id", "values": ["ana", "bob"]}}
    conditions = [named, {"account": global_id("Account", "c0")}, {"segment": asked}]
    segment = await ids(shop, name="Any", definition={"or": conditions})

    told = (await shop.data(EXPLAIN, segment=segment, profile={"userId": "bob"}))["explainSegment"]
    [of_list] = (await shop.data(EXPLAIN, segment=asked, profile={"userId": "ana"}))[
        "explainSegment"
    ]["conditions"]

    assert [(one["holds"], one["values"]) for one in told["conditions"]] == [
        (True, []),
        (True, ["user_id:bob"]),
        (False, ["c1"]),
        (True, ["user_id:bob"]),
    ]
    assert (of_list["holds"], of_list["values"]) == (False, ["user_id:ana"])


async def test_explanation_of_one_account_of_accounts(shop: Api) -> None:
    definition = {"account": global_id("Account", "c0")}
    segment = await ids(shop, name="One", kind="ACCOUNT", definition=definition)

    told = (await shop.data(EXPLAIN, segment=segment, account={"accountId": "c0"}))[
        "explainSegment"
    ]

    assert [(one["holds"], one["values"]) for one in told["conditions"]] == [(True, ["c0"])]


async def test_explanation_of_accounts(shop: Api) -> None:
    segment = await ids(shop, name="Buyers", kind="ACCOUNT", definition=BOUGHT)

    told = (await shop.data(EXPLAIN, segment=segment, account={"accountId": "c0"}))[
        "explainSegment"
    ]

    assert told["belongs"] is False
    assert told["conditions"][0]["events"] == [CART, CART]


async def test_nothing_is_explained_of_nobody(shop: Api) -> None:
    segment = await ids(shop, name="Lost", definition=LOST)

    for subject, code in (
        ({}, "INVALID_INPUT"),
        ({"profile": {"userId": "nobody"}}, "PROFILE_NOT_FOUND"),
        ({"account": {"accountId": "c0"}}, "FILTER_INVALID"),
    ):
        assert (await shop.error(EXPLAIN, segment=segment, **subject))["code"] == code
    unknown = await shop.error(EXPLAIN, segment="x", profile={"userId": "ana"})
    assert unknown["code"] == "SEGMENT_NOT_FOUND"


async def test_used_segment_cannot_be_deleted(api: Api) -> None:
    used = await ids(api, name="Lost", definition=LOST)
    await ids(api, name="A", definition={"segment": used})
    user = await ids(api, name="B", definition={"and": [{"not": {"segment": used}}, BOUGHT]})
    delete = """mutation ($id: ID!) { deleteSegment(input: {id: $id}) {
      deletedId errors { code message } } }"""

    answer = (await api.data(delete, id=used))["deleteSegment"]
    assert answer == {
        "deletedId": None,
        "errors": [{"code": "SEGMENT_IN_USE", "message": '"Lost" is used by "A", "B".'}],
    }
    assert (await api.data(delete, id=user))["deleteSegment"]["errors"] == []
    answer = (await api.data(delete, id=used))["deleteSegment"]
    assert answer["errors"][0]["message"] == '"Lost" is used by "A".'
    assert (await create(api, "C", definition={"segment": used}))["errors"] == []


async def test_segments_cannot_be_made_of_each_other(api: Api) -> None:
    first = await ids(api, name="First", definition=LOST)
    second = await ids(api, name="Second", definition={"segment": first})
    third = await ids(api, name="Third", definition={"not": {"segment": second}})

    for used in (third, first):
        answer = await update(api, first, definition={"or": [BOUGHT, {"segment": used}]})
        [error] = answer["errors"]
        assert (error["code"], error["path"]) == ("SEGMENT_CYCLE", ["input", "definition"])
    assert (
        '"First", "Third", "Second"'
        in (await update(api, first, definition={"segment": third}))["errors"][0]["message"]
    )
    segments = (await api.data("{ segments { nodes { version } } }"))["segments"]["nodes"]
    assert field_of(segments, "version") == [1, 1, 1]


@pytest.mark.parametrize(
    ("definition", "code", "path"),
    [
        (performed(), "FILTER_INVALID", ["performed", "steps"]),
        (performed(*[step(CART)] * 11), "FILTER_INVALID", ["performed", "steps"]),
        (performed(not_(CART)), "FILTER_INVALID", ["performed", "steps"]),
        (performed(not_(CART), not_(CLICK)), "FILTER_INVALID", ["performed", "steps"]),
        (performed(step(CART), window="PT1M"), "FILTER_INVALID", ["performed", "window"]),
        (
            performed(step(CART), scope="WINDOW", window="PT0S"),
            "FILTER_INVALID",
            ["performed", "window"],
        ),
        (
            performed(step(CART), during={"last": "PT0S"}),
            "FILTER_INVALID",
            ["performed", "during", "last"],
        ),
        (
            performed(
                step(CART),
                during={"between": {"from": rfc3339(NOON), "to": rfc3339(NOON)}},
            ),
            "FILTER_INVALID",
            ["performed", "during", "between"],
        ),
        (
            performed(step(CART), times={"atLeast": 0}),
            "FILTER_INVALID",
            ["performed", "times", "atLeast"],
        ),
        (
            performed(step(CART), times={"atLeast": 3, "atMost": 2}),
            "FILTER_INVALID",
            ["performed", "times", "atMost"],
        ),
        (
            performed(step({"where": [{"field": "n", "eq": 1, "gt": 0}]})),
            "EVENT_FILTER_INVALID",
            ["performed", "steps", "0", "event", "where", "0"],
        ),
        (
            performed(step(CART), step({"where": [{"field": "$n", "eq": 1}]})),
            "EVENT_FILTER_INVALID",
            ["performed", "steps", "1", "event", "where", "0", "field"],
        ),
        (
            performed(step({"name": "x" * 5000})),
            "EVENT_FILTER_INVALID",
            ["performed", "steps", "0", "event", "name"],
        ),
        (
            performed(step({"query": "@type:"})),
            "SEARCH_INVALID",
            ["performed", "steps", "0", "event", "query"],
        ),
        (
            performed(
                step(CART), during=between("0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00Z")
            ),
            "FILTER_INVALID",
            ["performed", "during", "between", "from"],
        ),
        (
            performed(
                step(CART), during=between("2026-01-01T00:00:00Z", "9999-12-31T23:59:00-14:00")
            ),
            "FILTER_INVALID",
            ["performed", "during", "between", "to"],
        ),
        ({"segment": "nonsense"}, "FILTER_INVALID", ["segment"]),
        (
            {"and": [LOST, {"segment": "U2VnbWVudDpub3doZXJl"}]},
            "FILTER_INVALID",
            ["and", "1", "segment"],
        ),
    ],
)
async def test_condition_of_events_that_means_nothing_is_refused(
    api: Api, definition: dict[str, Any], code: str, path: list[str]
) -> None:
    answer = await create(api, definition=definition)

    [error] = answer["errors"]
    assert (error["code"], error["path"]) == (code, ["input", "definition", *path])
    assert await api.world.documents("segments") == []


EVENTS = """query ($people: ProfileFilter, $after: String, $first: Int) {
  events(profiles: $people, first: $first, after: $after) {
    totalCount nodes { name profile { userId } } pageInfo { hasNextPage endCursor }
  }
}"""


@pytest.mark.parametrize("few", [0, 1000])
async def test_events_are_those_of_the_people_for_whom_it_holds(
    shop: Api, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "FEW_PEOPLE", few)
    await shop.ingest(an_event("x", 5, cookieId="nobody", anonymousTracking=True, **CART))

    async def found(people: Any, after: str | None = None, first: int = 10) -> Any:
        return (await shop.data(EVENTS, people=people, after=after, first=first))["events"]

    bought = await found(BOUGHT)
    assert bought["totalCount"] == 4
    assert sorted((one["name"], one["profile"]["userId"]) for one in bought["nodes"]) == [
        ("/cart", "bob"),
        ("/cart", "dan"),
        ("click on CHECKOUT", "bob"),
        ("click on CHECKOUT", "dan"),
    ]
    page = await found({"not": BOUGHT}, first=1)
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    rest = await found({"not": BOUGHT}, page["pageInfo"]["endCursor"])
    assert {one["profile"]["userId"] for one in (*page["nodes"], *rest["nodes"])} == {"ana", "cleo"}
    error = await shop.error(EVENTS, people={"and": []})
    assert "profiles.and" in error["message"]


async def test_segment_whose_attribute_was_deleted_says_so_and_hides_no_other(shop: Api) -> None:
    rich = {"attribute": {"name": "price", "exists": False}}
    await shop.create_attribute(name="price")
    known = await ids(shop, name="Named", definition={"attribute": {"name": "name", "eq": "ana"}})
    poor = await ids(shop, name="Poor", definition=rich)
    both = await ids(shop, name="Both", definition={"not": {"segment": poor}})
    query = """{ profile(by: {userId: "ana"}) { segments { name problem } }
                 segments { nodes { name problem } } }"""
    told = (await shop.data(query))["segments"]["nodes"]
    assert [(one["name"], one["problem"]) for one in told] == [
        *[("Both", None), ("Named", None), ("Poor", None)]
    ]

    await delete(shop)

    gone = 'users have no attribute "price"'
    found = await shop.data(query)
    assert found["profile"]["segments"] == [{"name": "Named", "problem": None}]
    problems = {one["name"]: one["problem"] for one in found["segments"]["nodes"]}
    assert problems == {
        "Named": None,
        "Poor": f"The argument segment.attribute.name cannot be used: {gone}.",
        "Both": "The argument segment.not.segment cannot be used: "
        "the segment 'Poor' has become invalid: "
        f"The argument segment.attribute.name cannot be used: {gone}.",
    }
    for one in (poor, both):
        members = "query ($id: ID!) { profiles(segment: $id) { totalCount } }"
        error = await shop.error(members, id=one)
        assert (error["code"], "'Poor' has become invalid" in error["message"]) == (
            "FILTER_INVALID",
            True,
        )
    assert (await shop.data(members, id=known))["profiles"]["totalCount"] == 1
