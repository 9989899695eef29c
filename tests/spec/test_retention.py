"""Retention: calendar months after the last event, longer with a user id; hidden at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.attributes.model import ProfileKind
from app.segments.service import Asked
from app.services import compose
from app.settings import Settings
from tests.building import about, an_event
from tests.graphql.asking import Api, serve
from tests.living import World
from tests.truth import assert_equal_to_ledger

C1, U1 = "cookie_id:c1", "user_id:u1"
Z = UTC
TICK = timedelta(milliseconds=1)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=Z)


async def seen(world: World) -> int:
    """How many profiles a reader sees."""
    return await world.services.profiles.count()


async def sent_at(world: World, when: str, *identifiers: str) -> None:
    """An event of these identifiers, processed when it happens."""
    world.clock.now = moment(when)
    event = about(f"{when}{identifiers}", *identifiers, time=world.clock.now, session_id="s1")
    await world.ingest(event)


@pytest.mark.parametrize(
    ("identifiers", "last", "expires"),
    [
        ([C1], "2026-01-15T10:00", "2026-02-15T10:00"),
        ([C1], "2026-01-31T10:00", "2026-02-28T10:00"),
        ([C1], "2026-01-29T10:00", "2026-02-28T10:00"),
        ([C1], "2028-01-31T10:00", "2028-02-29T10:00"),
        ([C1], "2026-03-31T23:59", "2026-04-30T23:59"),
        ([C1], "2026-12-31T10:00", "2027-01-31T10:00"),
        ([U1], "2026-01-15T10:00", "2027-02-15T10:00"),
        ([U1], "2027-01-31T10:00", "2028-02-29T10:00"),
        ([C1, U1], "2026-01-31T10:00", "2027-02-28T10:00"),
    ],
)
async def test_profile_is_kept_for_calendar_months(
    world: World, identifiers: list[str], last: str, expires: str
) -> None:
    await sent_at(world, last, *identifiers)

    world.clock.now = moment(expires) - TICK
    assert await seen(world) == 1
    world.clock.now = moment(expires)
    assert await seen(world) == 0


async def test_cookie_that_gains_a_user_id_is_kept_longer(world: World) -> None:
    await sent_at(world, "2026-01-10T10:00", C1)
    await sent_at(world, "2026-02-01T10:00", C1, U1)

    world.clock.now = moment("2027-02-28T10:00")
    assert await seen(world) == 1


async def test_every_event_begins_the_time_anew_also_a_late_one(world: World) -> None:
    await sent_at(world, "2026-01-10T10:00", C1)
    world.clock.now = moment("2026-02-09T10:00")
    await world.ingest(about("late", C1, time=0))

    world.clock.now = moment("2026-03-09T09:00")
    assert await seen(world) == 1


async def test_months_are_settings(world: World) -> None:
    settings = Settings(retention_months=2, retention_months_anonymous=3)
    await sent_at(world, "2026-01-10T10:00", C1)
    await sent_at(world, "2026-01-10T10:00", U1)
    profiles = compose(world.database, settings, world.clock).profiles

    counts = []
    for now in ("2026-03-10T09:59", "2026-03-10T10:00", "2026-04-10T10:00"):
        world.clock.now = moment(now)
        counts.append(await profiles.count())
    assert counts == [2, 1, 0]


async def test_what_has_expired_since_the_last_sweep_is_not_counted(world: World) -> None:
    await sent_at(world, "2026-01-10T10:00", U1)
    await sent_at(world, "2026-01-31T10:00", "user_id:u2")
    await sent_at(world, "2026-01-31T11:00", C1)
    asked = Asked(ProfileKind.USER, {"attribute": {"name": "last_seen", "exists": True}})
    assert await world.services.retention.keep_up() == 0

    counts = []
    for now in ("2026-02-28T10:59", "2026-02-28T11:00", "2027-02-10T10:00", "2027-02-28T10:00"):
        world.clock.now = moment(now)
        counts.append(await world.services.lists.count(asked, now=world.clock.now))
    assert counts == [3, 2, 1, 0]


QUERIES = {
    "by user id": 'profile(by: {userId: "u1"}) { id }',
    "by identifier": 'profile(by: {identifier: {type: "cookie_id", value: "c1"}}) { id }',
    "by id": "profile(by: {id: $profile}) { id }",
    "node": "node(id: $profile) { id }",
    "session": "node(id: $session) { id }",
    "event": "node(id: $event) { id }",
    "list": "profiles { nodes { id } }",
    "list in an order": 'profiles(orderBy: [{attribute: "last_seen"}]) { nodes { id } }',
    "count": "profiles { totalCount }",
    "filter": 'profiles(filter: {attribute: {name: "user_id", eq: "u1"}}) { nodes { id } }',
    "count of a filter": """profiles(filter: {attribute: {name: "user_id", exists: true}}) {
        totalCount
    }""",
    "search": 'profiles(search: "u1") { totalCount nodes { id } }',
    "users of an account": 'account(by: {accountId: "a1"}) { users { totalCount nodes { id } } }',
    "events": "events { totalCount nodes { id } }",
}
IDS = """{ profile(by: {userId: "u1"}) {
    id sessions { nodes { id } } events { nodes { id } }
} }"""


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
async def test_expired_profile_is_hidden_at_once_wherever_one_looks(
    world: World, query: str
) -> None:
    async with serve(world) as api:
        await a_known_person(api)
        shown = (await api.data(IDS))["profile"]
        ids = {
            "profile": shown["id"],
            "session": shown["sessions"]["nodes"][0]["id"],
            "event": shown["events"]["nodes"][0]["id"],
        }
        declared = ", ".join(f"${name}: ID!" for name in ids if f"${name}" in query)
        asked = f"query ({declared}) {{ {query} }}" if declared else f"{{ {query} }}"

        assert is_there(await api.data(asked, **ids))
        world.clock.now = moment("2027-02-01T12:00")
        assert not is_there(await api.data(asked, **ids))
        assert len(await world.documents("events")) == 1, "nobody has swept yet"


async def a_known_person(api: Api) -> None:
    await api.ingest(
        {
            "id": "e1",
            "type": "VIEW",
            "name": "/",
            "time": "2026-01-01T12:00:00Z",
            "userId": "u1",
            "cookieId": "c1",
            "sessionId": "s1",
            "account": {"id": "a1"},
        }
    )


def is_there(answer: Any) -> bool:
    """Whether an answer shows anything: an id, or a count."""
    if isinstance(answer, dict):
        return any(is_there(one) for one in answer.values())
    if isinstance(answer, list):
        return any(map(is_there, answer))
    return bool(answer)


async def test_identifiers_of_an_expired_profile_begin_a_new_one(world: World) -> None:
    await sent_at(world, "2026-01-10T10:00", C1)
    [old] = await world.folds()
    await sent_at(world, "2026-02-10T10:00", C1, "cookie_id:c2")

    [new] = await world.folds()
    assert new != old
    assert (await world.the_fold()).identifiers == {C1, "cookie_id:c2"}
    assert {one["profile"] for one in await world.documents("identifiers")} == {new}
    await world.services.ingestion.recover()
    assert [one["profile"] for one in await world.documents("events")] == [new]
    await assert_equal_to_ledger(world)


async def test_expired_profile_is_not_merged_into_a_living_one(world: World) -> None:
    await sent_at(world, "2026-01-10T10:00", C1)
    await sent_at(world, "2026-02-01T10:00", U1)
    await sent_at(world, "2026-02-10T10:00", C1, U1)

    fold = await world.the_fold()
    assert fold.identifiers == {C1, U1}
    assert fold.attributes["first_seen"][1] == moment("2026-02-01T10:00")
    await world.services.ingestion.recover()
    await assert_equal_to_ledger(world)


async def test_sweep_takes_everything_of_what_has_expired_and_nothing_else(world: World) -> None:
    await sent_at(world, "2026-01-10T10:00", C1)
    await sent_at(world, "2026-01-10T11:00", U1)
    await sent_at(world, "2026-02-09T11:00", "cookie_id:c2")

    world.clock.now = moment("2026-02-10T10:00")
    assert await world.services.retention.keep_up() == 1

    assert sorted(await world.registry()) == ["cookie_id:c2", U1]
    assert len(await world.documents("events")) == 2
    assert len(await world.living("sessions")) == 2
    [gone] = [one for one in await world.documents("profiles") if one.get("deleted")]
    assert gone["forget_at"] == moment("2026-03-12T10:00")
    await assert_equal_to_ledger(world)


async def test_sweep_goes_on_where_it_was_and_waits_a_minute(world: World) -> None:
    retention = world.services.retention
    swept = []
    for day in (10, 11, 12):
        await sent_at(world, f"2026-01-{day}T10:00", f"cookie_id:c{day}")
    for now in ("02-10T10:00", "02-10T10:00:30", "02-11T09:59", "02-11T10:00", "02-20T10:00"):
        world.clock.now = moment(f"2026-{now}")
        swept.append(await retention.keep_up())

    assert swept == [1, 0, 0, 1, 1]
    world.clock.advance(minutes=1)
    assert await retention.keep_up() == 0
    assert await world.registry() == {}


async def test_two_processes_sweep_once(world: World) -> None:
    await sent_at(world, "2026-01-10T10:00", C1)
    world.clock.now = moment("2026-02-11T10:00")
    other = world.another_process().services.retention

    assert [await world.services.retention.keep_up(), await other.keep_up()] == [1, 0]


async def test_events_of_others_are_still_listed_page_by_page(world: World) -> None:
    for number in range(5):
        await sent_at(world, f"2026-01-10T10:0{number}", f"cookie_id:c{number}", U1)
        await sent_at(world, f"2026-01-10T11:0{number}", f"cookie_id:x{number}")
    world.clock.now = moment("2026-02-11T10:00")
    query = """query ($after: String) { events(first: 2, after: $after) {
      totalCount nodes { profile { userId } } pageInfo { hasNextPage endCursor }
    } }"""
    async with serve(world) as api:
        found, after, more = [], None, True
        while more:
            page = (await api.data(query, after=after))["events"]
            found += [one["profile"]["userId"] for one in page["nodes"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert (page["totalCount"], found) == (5, ["u1"] * 5)


async def test_account_stays_as_its_people_made_it(world: World) -> None:
    world.clock.now = moment("2026-01-10T10:00")
    event: Callable[..., Any] = an_event
    await world.ingest(event("e1", world.clock.now, account={"id": "a1", "name": "Acme"}))
    world.clock.now = moment("2026-02-11T10:00")
    await world.services.retention.keep_up()

    [account] = await world.living("accounts")
    assert account["attributes"]["account_name"]["v"] == "Acme"
    assert account["outlives"] is True
    await assert_equal_to_ledger(world)
