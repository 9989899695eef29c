"""What the rows of a page ask for is read together: its cost in commands knows no page size."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest

from app.services import compose
from app.settings import Settings
from tests.architecture.recording import connect_recorded
from tests.conftest import URI
from tests.graphql.asking import Api, an_event, serve
from tests.graphql.watching import WatchedDatabase
from tests.living import World, start

PEOPLE = 60
FIELDS = {
    "accounts": "accounts(first: 1) { nodes { id } totalCount }",
    "sessions": "sessions(first: 1) { nodes { id } totalCount }",
    "frustrated sessions": "sessions(onlyFrustrated: true) { nodes { id } }",
    "events": "events(first: 2) { nodes { id user } totalCount }",
    "pages": "mostVisitedPages { page views sessions }",
    "actions": "frequentActions { action count }",
    "views": "sessions { nodes { views { page frustrationCount } } }",
    "events of sessions": """sessions(first: 5) { nodes {
      events(first: 2) { nodes { id } totalCount }
    } }""",
    "profiles of events": "events { nodes { profile { id } } }",
    "users of accounts in an order": """accounts { nodes {
      users(first: 1, orderBy: [{attribute: "email"}, {attribute: "last_seen"}]) {
        nodes { id } totalCount
      }
    } }""",
    "users of accounts": "accounts { nodes { users(first: 1) { nodes { id } totalCount } } }",
    "twice with other arguments": "a: events(first: 1) { nodes { id } } b: events { nodes { id } }",
    "everything": """
      accounts(first: 2) { totalCount nodes {
        users(first: 3) { nodes { sessions { totalCount } } }
      } }
      sessions(first: 2) { nodes {
        views { page } events(first: 3) { nodes { profile { accounts { totalCount } } } }
      } }
      mostVisitedPages { page } frequentActions { action }
    """,
}

Sent = Callable[[], list[str]]


def events_of(number: int) -> list[dict[str, object]]:
    """A visit of one person in an account of their own."""
    who = {"userId": f"u{number}", "cookieId": None, "account": {"id": f"a{number}"}}
    rage = {"frustration": ["rage_click"]}
    return [
        an_event(f"{number}-1", number, type="VIEW", name="/home", sessionId="s", **who),
        an_event(f"{number}-2", number + 1, type="ACTION", name="buy", sessionId="s", **who),
        an_event(f"{number}-3", number + 2, type="ACTION", sessionId="s", properties=rage, **who),
    ]


async def fill(api: Api) -> None:
    """Everybody's visit."""
    await api.ingest(*(one for number in range(PEOPLE) for one in events_of(number)))


async def asked(api: Api, field: str, first: int) -> int:
    """Ask for a field of the rows of a page; how many rows there were."""
    query = f"query ($first: Int) {{ profiles(first: $first) {{ nodes {{ {field} }} }} }}"
    return len((await api.data(query, first=first))["profiles"]["nodes"])


async def counts(ask: Callable[[int], Awaitable[int]], sent: Sent) -> list[int]:
    """How many commands pages of several sizes take; definitions are read by the clock."""
    await ask(1)
    taken = []
    for first in (1, 10, 50):
        before = len(sent())
        assert await ask(first) == first
        taken.append(len(sent()) - before)
    return taken


@pytest.fixture
async def api(world: World) -> AsyncIterator[Api]:
    """The endpoint over a watched database full of people."""
    watched = WatchedDatabase(world.database)
    services = compose(watched, Settings(), world.clock)
    async with serve(World(watched, services, world.clock)) as api:
        await fill(api)
        yield api


@pytest.mark.parametrize("name", FIELDS)
async def test_number_of_calls_does_not_depend_on_the_page_size(api: Api, name: str) -> None:
    watched = api.world.database
    assert isinstance(watched, WatchedDatabase)

    def sent() -> list[str]:
        return [one for one in watched.commands if not one.startswith("settings.")]

    one, ten, fifty = await counts(lambda first: asked(api, FIELDS[name], first), sent)

    assert one == ten == fifty


@pytest.fixture
async def listened() -> AsyncIterator[tuple[Api, list[str]]]:
    """The endpoint over a server whose every command is heard, also those for more of a result."""
    database, recorder = connect_recorded(URI or "", f"test_{uuid4().hex[:16]}")
    async with serve(await start(database)) as api:
        await fill(api)
        yield api, recorder.commands
    await database.client.drop_database(database.name)
    await database.client.close()


@pytest.mark.server
@pytest.mark.parametrize("name", FIELDS)
async def test_number_of_commands_does_not_depend_on_the_page_size(
    listened: tuple[Api, list[str]], name: str
) -> None:
    api, heard = listened

    def sent() -> list[str]:
        return [one for one in heard if not one.endswith(" settings")]

    one, ten, fifty = await counts(lambda first: asked(api, FIELDS[name], first), sent)

    assert one == ten == fifty


EVENTS = """
query ($after: String) {
  profiles(first: 5) { nodes {
    events(first: 10, after: $after) { edges { cursor node { time eventId } } }
  } }
}
"""


async def test_cursor_means_the_same_place_in_the_list_of_every_row(api: Api) -> None:
    async def lists(after: str | None = None) -> list[list[tuple[str, tuple[str, str]]]]:
        rows = (await api.data(EVENTS, after=after))["profiles"]["nodes"]
        return [
            [
                (one["cursor"], (one["node"]["time"], one["node"]["eventId"]))
                for one in row["events"]["edges"]
            ]
            for row in rows
        ]

    everything = await lists()
    cursor, place = sorted((one for row in everything for one in row), key=lambda one: one[1])[7]

    assert await lists(after=cursor) == [
        [one for one in row if one[1] < place] for row in everything
    ]
