"""``account``, ``accounts`` and the people in them."""

from typing import Any

import pytest

from app.ids import global_id
from tests.building import NOON
from tests.graphql.asking import Api, an_event, field_of, rfc3339

FIND = "query ($by: AccountRef!) { account(by: $by) { id accountId } }"


async def found(api: Api, **by: object) -> Any:
    """The account of a reference."""
    return (await api.data(FIND, by=by))["account"]


async def test_account_is_found_by_both_its_ids(api: Api) -> None:
    await api.ingest(an_event("e1", account={"id": "a1"}), an_event("e2", account={"id": "a2"}))

    account = await found(api, accountId="a2")

    assert account["accountId"] == "a2"
    assert await found(api, id=account["id"]) == account


@pytest.mark.parametrize(
    "by",
    [
        {"accountId": "a2"},
        {"accountId": ""},
        {"id": "a1"},
        {"id": ""},
        {"id": global_id("Account", "a2")},
        {"id": global_id("Profile", "a1")},
    ],
)
async def test_reference_that_means_no_account_is_answered_with_null(
    api: Api, by: dict[str, object]
) -> None:
    await api.ingest(an_event("e1", account={"id": "a1"}))

    assert await found(api, **by) is None


@pytest.mark.parametrize("by", [{}, {"accountId": None}, {"accountId": "a1", "id": "x"}])
async def test_reference_is_exactly_one_thing(api: Api, by: dict[str, object]) -> None:
    error = await api.error(FIND, by=by)

    assert (error["code"], error["path"]) == ("GRAPHQL_INVALID", None)


async def test_account_shows_what_its_events_said(api: Api) -> None:
    await api.create_attribute(kind="ACCOUNT", name="seats", dataType="NUMBER", aggregation="MAX")
    await api.ingest(
        an_event("e1", 10, account={"id": "a1", "name": "Acme", "seats": 3}),
        an_event("e2", 30, account={"id": "a1", "name": "Acme Ltd", "seats": 2}),
    )
    api.world.clock.advance(hours=1)
    await api.ingest(an_event("e3", 20, account={"id": "a1", "name": "Acme Inc"}))
    query = """
    {
      account(by: {accountId: "a1"}) {
        accountId name firstSeen lastSeen createdAt updatedAt
        attribute(name: "seats") { name value definition { kind aggregation } }
        attributes { name value }
      }
    }
    """

    assert await api.data(query) == {
        "account": {
            "accountId": "a1",
            "name": "Acme Ltd",
            "firstSeen": "2026-01-01T00:00:10.000Z",
            "lastSeen": "2026-01-01T00:00:30.000Z",
            "createdAt": rfc3339(NOON),
            "updatedAt": "2026-01-01T13:00:00.000Z",
            "attribute": {
                "name": "seats",
                "value": 3,
                "definition": {"kind": "ACCOUNT", "aggregation": "MAX"},
            },
            "attributes": [
                {"name": "account_id", "value": "a1"},
                {"name": "account_name", "value": "Acme Ltd"},
                {"name": "first_seen", "value": "2026-01-01T00:00:10.000Z"},
                {"name": "last_seen", "value": "2026-01-01T00:00:30.000Z"},
                {"name": "seats", "value": 3},
            ],
        }
    }


async def members(api: Api, account: str, **arguments: object) -> Any:
    """A page of the people in an account."""
    query = """
    query ($account: String!, $first: Int, $after: String) {
      account(by: {accountId: $account}) {
        users(first: $first, after: $after) {
          totalCount nodes { userId } pageInfo { hasNextPage hasPreviousPage endCursor }
        }
      }
    }
    """
    return (await api.data(query, account=account, **arguments))["account"]["users"]


async def test_people_of_an_account_are_listed_from_the_newest(api: Api) -> None:
    for user, account in (("u1", "a1"), ("u2", "a2"), ("u3", "a1"), ("u4", "a1")):
        await api.ingest(an_event(None, cookieId=None, userId=user, account={"id": account}))
        api.world.clock.advance(seconds=1)

    first = await members(api, "a1", first=2)
    rest = await members(api, "a1", after=first["pageInfo"]["endCursor"])

    assert [first["totalCount"], rest["totalCount"]] == [3, 3]
    assert field_of(first["nodes"], "userId") == ["u4", "u3"]
    assert field_of(rest["nodes"], "userId") == ["u1"]
    assert [first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]] == [True, False]
    assert field_of((await members(api, "a2"))["nodes"], "userId") == ["u2"]


async def test_person_may_be_in_several_accounts(api: Api) -> None:
    await api.ingest(
        *(an_event(f"e{name}", userId="u1", account={"id": name}) for name in ("b", "c", "a"))
    )
    query = """
    query ($first: Int, $after: String) {
      profile(by: {userId: "u1"}) {
        accounts(first: $first, after: $after) {
          totalCount nodes { accountId } pageInfo { hasNextPage endCursor }
        }
      }
    }
    """

    first = (await api.data(query, first=2))["profile"]["accounts"]
    after = first["pageInfo"]["endCursor"]
    rest = (await api.data(query, after=after))["profile"]["accounts"]

    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    assert field_of(first["nodes"], "accountId") == ["a", "b"]
    assert field_of(rest["nodes"], "accountId") == ["c"]


@pytest.mark.parametrize(
    "field",
    [
        "profiles(first: 1) { nodes { accounts(first: 201) { nodes { id } } } }",
        "accounts(first: 1) { nodes { users(first: 201) { nodes { id } } } }",
    ],
)
async def test_inner_pages_have_the_same_limit(api: Api, field: str) -> None:
    await api.ingest(an_event("e1", account={"id": "a1"}))

    error = await api.error(f"{{ {field} }}")

    assert (error["code"], error["message"]) == (
        "PAGE_INVALID",
        "first: a page has 0 to 200 items.",
    )
