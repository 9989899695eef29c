"""What a query costs: totals only when they are asked for, and no read per row."""

from collections.abc import AsyncIterator

import pytest

from app.services import compose
from app.settings import Settings
from tests.graphql.asking import Api, an_event, field_of, serve
from tests.graphql.watching import WatchedDatabase
from tests.living import World


@pytest.fixture
def watched(world: World) -> WatchedDatabase:
    """The database, watched."""
    return WatchedDatabase(world.database)


@pytest.fixture
async def api(world: World, watched: WatchedDatabase) -> AsyncIterator[Api]:
    """The endpoint over the watched database, with three people in two accounts."""
    services = compose(watched, Settings(), world.clock)
    async with serve(World(watched, services, world.clock)) as api:
        await api.ingest(
            *(
                an_event(
                    f"e{user}", userId=user, cookieId=user, sessionId="s", account={"id": account}
                )
                for user, account in (("u1", "a1"), ("u2", "a1"), ("u3", "a2"))
            )
        )
        watched.forget()
        yield api


async def commands(
    api: Api, watched: WatchedDatabase, query: str, **variables: object
) -> list[str]:
    """What is sent to the database for a query.

    Definitions are read once a second at most, and what has expired every few seconds.
    """
    await api.world.services.retention.hidden()
    watched.forget()
    await api.data(query, **variables)
    return sorted(one for one in watched.commands if not one.startswith("settings."))


@pytest.mark.parametrize(
    ("query", "counting"),
    [
        ("{{ profiles {{ nodes {{ id }} {} }} }}", "profiles.count_documents"),
        ("{{ accounts {{ edges {{ cursor }} {} }} }}", "accounts.count_documents accounts.find"),
        ("{{ events {{ nodes {{ id }} {} }} }}", "events.aggregate"),
        ("{{ accounts {{ nodes {{ users {{ nodes {{ id }} {} }} }} }} }}", "profiles.aggregate"),
        ("{{ profiles {{ nodes {{ accounts {{ nodes {{ id }} {} }} }} }} }}", "accounts.aggregate"),
        ("{{ profiles {{ nodes {{ sessions {{ nodes {{ id }} {} }} }} }} }}", "sessions.aggregate"),
        ("{{ profiles {{ nodes {{ events {{ nodes {{ id }} {} }} }} }} }}", "events.aggregate"),
    ],
)
async def test_total_is_counted_when_it_is_asked_for(
    api: Api, watched: WatchedDatabase, query: str, counting: str
) -> None:
    without = await commands(api, watched, query.format(""))
    watched.forget()
    asked = await commands(api, watched, query.format("totalCount"))

    assert asked == sorted([*without, *counting.split()])


async def test_total_alone_is_counted_once(api: Api, watched: WatchedDatabase) -> None:
    query = "{ a: profiles { totalCount } b: profiles { totalCount again: totalCount } }"

    assert await api.data(query) == {"a": {"totalCount": 3}, "b": {"totalCount": 3, "again": 3}}
    assert watched.commands.count("profiles.count_documents") == 3


async def test_profile_by_user_id_is_one_read(api: Api, watched: WatchedDatabase) -> None:
    sent = await commands(api, watched, '{ profile(by: {userId: "u1"}) { userId lastSeen email } }')

    assert sent == ["profiles.find_one"]


async def test_profile_by_id_is_one_read(api: Api, watched: WatchedDatabase) -> None:
    [first, *_] = (await api.data("{ profiles { nodes { id } } }"))["profiles"]["nodes"]
    watched.forget()

    query = "query ($id: ID!) { profile(by: {id: $id}) { userId } }"
    assert await commands(api, watched, query, id=first["id"]) == ["profiles.find_one"]


async def test_page_is_one_read(api: Api, watched: WatchedDatabase) -> None:
    query = "{ profiles { nodes { userId attributes { name value definition { dataType } } } } }"

    assert await commands(api, watched, query) == ["profiles.find"]


async def test_nodes_of_a_kind_are_read_together(api: Api, watched: WatchedDatabase) -> None:
    query = "{ profiles { nodes { id sessions { nodes { id } } } } accounts { nodes { id } } }"
    found = await api.data(query)
    sessions = [one for row in found["profiles"]["nodes"] for one in row["sessions"]["nodes"]]
    rows = [*found["profiles"]["nodes"], *found["accounts"]["nodes"], *sessions]
    watched.forget()

    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    sent = await commands(api, watched, query, ids=field_of(rows, "id"))

    followed = ["profiles.find", "sessions.find"]  # ids of merged ones lead on
    theirs = ["profiles.find"]  # sessions are shown as long as their people are
    assert sent == sorted(["accounts.find", "profiles.find", "sessions.find", *followed, *theirs])
