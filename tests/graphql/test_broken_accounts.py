"""``brokenAccounts``: what outgrew the limit can be looked at."""

from tests.graphql.asking import Api, an_event

QUERY = """
query ($first: Int, $after: String) {
  brokenAccounts(first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id accountId reason removedAt bytes createdAt updatedAt
      attribute(name: "account_name") { value }
      attributes { name }
    }
  }
}
"""
ACCOUNT = '{ account(by: {accountId: "acme"}) { name } accounts { totalCount } }'


async def broken(api: Api, account: str) -> None:
    """A list of long texts makes a broken account."""
    known = {"id": account, "name": account.title()}
    texts = [f"{number:03}".ljust(4000, "x") for number in range(300)]
    await api.ingest(
        *(
            an_event(f"{account}{first}", account={**known, "notes": texts[first : first + 60]})
            for first in range(0, 300, 60)
        )
    )


async def defined(api: Api) -> None:
    await api.create_attribute(name="notes", kind="ACCOUNT", dataType="STRING", aggregation="LIST")


async def test_it_is_shown_as_it_was(api: Api) -> None:
    await defined(api)
    await broken(api, "acme")

    [shown] = (await api.data(QUERY))["brokenAccounts"]["nodes"]

    noon = "2026-01-01T12:00:00.000Z"
    assert shown["bytes"] > 1024 * 1024
    assert {**shown, "id": None, "bytes": None} == {
        "id": None,
        "accountId": "acme",
        "reason": "SIZE",
        "removedAt": noon,
        "bytes": None,
        "createdAt": noon,
        "updatedAt": noon,
        "attribute": {"value": "Acme"},
        "attributes": [
            {"name": one}
            for one in ("account_id", "account_name", "first_seen", "last_seen", "notes")
        ],
    }
    query = "query ($id: ID!) { node(id: $id) { ... on BrokenAccount { accountId } } }"
    assert await api.data(query, id=shown["id"]) == {"node": {"accountId": "acme"}}


async def test_account_shows_nothing_until_its_next_event(api: Api) -> None:
    await defined(api)
    await broken(api, "acme")

    before = await api.data(ACCOUNT)
    await api.ingest(an_event("next", account={"id": "acme", "name": "Acme Ltd"}))

    assert before == {"account": None, "accounts": {"totalCount": 0}}
    assert await api.data(ACCOUNT) == {
        "account": {"name": "Acme Ltd"},
        "accounts": {"totalCount": 1},
    }


async def test_pages_begin_with_the_latest(api: Api) -> None:
    await defined(api)
    for account in ("a", "b", "c"):
        await broken(api, account)
        api.world.clock.advance(hours=1)

    first = (await api.data(QUERY, first=2))["brokenAccounts"]
    rest = await api.data(QUERY, first=2, after=first["pageInfo"]["endCursor"])

    shown = [one["accountId"] for one in first["nodes"] + rest["brokenAccounts"]["nodes"]]
    assert shown == ["c", "b", "a"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
