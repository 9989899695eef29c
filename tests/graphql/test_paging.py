"""Connections: pages in both directions, their limits, and lists that grow meanwhile."""

import pytest

from tests.graphql.asking import Api, an_event, field_of
from tests.graphql.paging import backwards, forwards, page_of

EMPTY_PAGE = {
    "edges": [],
    "nodes": [],
    "pageInfo": {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    },
}


async def people(api: Api, *user_ids: str) -> None:
    """One profile and one account for each user id, the last the newest."""
    for user_id in user_ids:
        await api.ingest(an_event(None, cookieId=None, userId=user_id, account={"id": user_id}))
        api.world.clock.advance(seconds=1)


@pytest.mark.parametrize("connection", ["profiles", "accounts"])
async def test_empty_list_is_one_empty_page(api: Api, connection: str) -> None:
    assert await page_of(api, connection, "id") == EMPTY_PAGE


async def test_profiles_are_listed_from_the_newest(api: Api) -> None:
    await people(api, "a", "b", "c", "d", "e")

    assert await forwards(api, "profiles", "userId", first=2) == [["e", "d"], ["c", "b"], ["a"]]
    assert await forwards(api, "profiles", "userId", first=5) == [["e", "d", "c", "b", "a"]]
    assert await backwards(api, "profiles", "userId", last=2) == [["b", "a"], ["d", "c"], ["e"]]


async def test_accounts_are_listed_by_their_id(api: Api) -> None:
    await people(api, "c", "a", "e", "b", "d")

    assert await forwards(api, "accounts", "accountId", first=2) == [["a", "b"], ["c", "d"], ["e"]]
    assert await backwards(api, "accounts", "accountId", last=3) == [["c", "d", "e"], ["a", "b"]]


async def test_page_in_the_middle_knows_both_its_neighbours(api: Api) -> None:
    await people(api, "a", "b", "c", "d", "e")
    start = (await page_of(api, "accounts", "accountId", first=1))["pageInfo"]["endCursor"]

    page = await page_of(api, "accounts", "accountId", first=2, after=start)

    cursors = field_of(page["edges"], "cursor")
    assert (
        field_of(page["edges"], "node") == page["nodes"] == [{"accountId": "b"}, {"accountId": "c"}]
    )
    assert page["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": True,
        "startCursor": cursors[0],
        "endCursor": cursors[1],
    }
    assert len({start, *cursors}) == 3


async def test_list_may_be_bounded_on_both_sides(api: Api) -> None:
    await people(api, "a", "b", "c", "d", "e")
    edges = (await page_of(api, "accounts", "accountId"))["edges"]
    a, e = edges[0]["cursor"], edges[4]["cursor"]

    first = await page_of(api, "accounts", "accountId", first=2, after=a, before=e)
    last = await page_of(api, "accounts", "accountId", last=2, after=a, before=e)

    assert field_of(first["nodes"], "accountId") == ["b", "c"]
    assert field_of(last["nodes"], "accountId") == ["c", "d"]


async def test_items_are_fifty_when_no_number_is_given(api: Api) -> None:
    events = (an_event(None, account={"id": f"a{number:03}"}) for number in range(201))
    await api.ingest(*events)

    pages = [await page_of(api, "accounts", "accountId", **size) for size in ({}, {"first": 200})]

    assert [len(page["nodes"]) for page in pages] == [50, 200]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, True]


@pytest.mark.parametrize("argument", ["first", "last"])
async def test_page_of_no_items_tells_whether_there_are_any(api: Api, argument: str) -> None:
    await people(api, "a")

    page = await page_of(api, "profiles", "userId", **{argument: 0})

    assert page["nodes"] == page["edges"] == []
    assert page["pageInfo"] == {
        "hasNextPage": argument == "first",
        "hasPreviousPage": argument == "last",
        "startCursor": None,
        "endCursor": None,
    }


NO_CURSOR = "it is no cursor of this list."


@pytest.mark.parametrize("connection", ["profiles", "accounts"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("first: 201", "first: a page has 0 to 200 items."),
        ("first: -1", "first: a page has 0 to 200 items."),
        ("last: 201", "last: a page has 0 to 200 items."),
        ("last: -1", "last: a page has 0 to 200 items."),
        ("first: 1, last: 1", "first: ask for the first or for the last items, not for both."),
        ('first: 1, after: ""', f"after: {NO_CURSOR}"),
        ('first: 1, after: "x"', f"after: {NO_CURSOR}"),
        ('first: 1, after: "☃"', f"after: {NO_CURSOR}"),
        ('first: 1, after: "gA"', f"after: {NO_CURSOR}"),  # an empty object
        ('first: 1, after: "kYCg"', f"after: {NO_CURSOR}"),  # an object in place of a text
        ('first: 1, after: "kQE"', f"after: {NO_CURSOR}"),  # a number in place of a text
        ('first: 1, after: "kqFhoWI"', f"after: {NO_CURSOR}"),  # two texts in place of one
        (f'first: 1, after: "{"kZGR" * 500}"', f"after: {NO_CURSOR}"),  # lists in lists in lists
        ('last: 1, before: "x"', f"before: {NO_CURSOR}"),
    ],
)
async def test_page_that_cannot_be_served_is_refused(
    api: Api, connection: str, arguments: str, message: str
) -> None:
    error = await api.error(f"{{ {connection}({arguments}) {{ nodes {{ id }} }} }}")

    assert error == {"code": "PAGE_INVALID", "message": message, "path": [connection]}


async def test_cursor_of_another_list_is_refused(api: Api) -> None:
    query = """
    { profile(by: {userId: "a"}) { sessions { edges { cursor } } } }
    """
    await api.ingest(an_event("e1", userId="a", sessionId="s1"))
    [edge] = (await api.data(query))["profile"]["sessions"]["edges"]

    error = await api.error(
        "query ($after: String) { profiles(after: $after) { nodes { id } } }", after=edge["cursor"]
    )

    assert error["message"] == f"after: {NO_CURSOR}"


async def test_pages_stay_in_place_while_new_profiles_arrive(api: Api) -> None:
    await people(api, "a", "b", "c", "d")
    first = await page_of(api, "profiles", "userId", first=2)

    await people(api, "e", "f")

    rest = await page_of(api, "profiles", "userId", first=9, after=first["pageInfo"]["endCursor"])
    newer = await page_of(
        api, "profiles", "userId", last=9, before=first["pageInfo"]["startCursor"]
    )
    assert field_of(first["nodes"], "userId") == ["d", "c"]
    assert field_of(rest["nodes"], "userId") == ["b", "a"]
    assert field_of(newer["nodes"], "userId") == ["f", "e"]


async def test_cursor_outlives_the_profile_that_it_points_at(api: Api) -> None:
    await people(api, "a", "b", "c")
    _, _, oldest = field_of((await page_of(api, "profiles", "id"))["nodes"], "id")
    page = await page_of(api, "profiles", "userId", first=2)

    await api.merge({"userId": "b"}, primary={"userId": "a"})

    rest = await page_of(api, "profiles", "id", after=page["pageInfo"]["endCursor"])
    assert field_of(page["nodes"], "userId") == ["c", "b"]
    assert field_of(rest["nodes"], "id") == [oldest]


async def test_accounts_appear_in_their_place(api: Api) -> None:
    await people(api, "b", "d")
    page = await page_of(api, "accounts", "accountId", first=1)

    await people(api, "a", "c")

    rest = await page_of(api, "accounts", "accountId", after=page["pageInfo"]["endCursor"])
    assert field_of(rest["nodes"], "accountId") == ["c", "d"]
