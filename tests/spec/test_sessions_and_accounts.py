"""Sessions and accounts: aggregated like profiles, from the same events."""

from decimal import Decimal
from typing import Any

import pytest

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.events.wire import EventInput
from app.ingestion.outcome import IndexedWarning
from app.profiles.model import Processed
from app.values import DataType
from tests.building import NOON, about, an_event, at
from tests.living import World, show

SESSION, ACCOUNT = ProfileKind.SESSION, ProfileKind.ACCOUNT


def in_session(event_id: str, time: float, kind: str, **fields: Any) -> EventInput:
    return an_event(event_id, time, type=kind, session_id="s1", **fields)


async def everything(world: World, kind: ProfileKind) -> dict[str, Any]:
    """Every attribute of the only document of this kind."""
    attributes = (await world.the_fold(kind)).attributes
    return {name: show(*state) for name, state in attributes.items()}


async def test_session_counts_what_happened_in_it(world: World) -> None:
    app = {"application": {"id": "shop"}}
    events = [
        in_session("e1", 10, "VIEW", name="/home", context=app),
        in_session("e2", 20, "ACTION", name="click on BUY", context=app),
        in_session(
            "e3", 30, "ACTION", name="x", properties={"frustration": ["rage_click", "dead_click"]}
        ),
        in_session("e4", 40, "VIEW", name="/cart", properties={"frustration": "rage_click"}),
        in_session("e5", 50, "ERROR", name="TypeError"),
        in_session("e6", 60, "RESOURCE"),
        in_session("e7", 70, "CUSTOM", name="signed_up"),
    ]
    for event in reversed(events):
        await world.ingest(event)
    await world.ingest(*events)

    assert await everything(world, SESSION) == {
        "started_at": at(10),
        "ended_at": at(70),
        "application": "shop",
        "entry_page": "/home",
        "exit_page": "/cart",
        "view_count": Decimal(2),
        "action_count": Decimal(2),
        "error_count": Decimal(1),
        "frustration_count": Decimal(3),
        "rage_click": Decimal(2),
        "dead_click": Decimal(1),
    }
    (document,) = await world.living("sessions")
    (profile,) = await world.living()
    assert (document["profile"], document["session_id"]) == (profile["_id"], "s1")


async def test_two_people_may_use_one_session_id(world: World) -> None:
    await world.ingest(
        about("e1", "cookie_id:c1", session_id="s1", type="VIEW"),
        about("e2", "cookie_id:c2", session_id="s1", type="VIEW"),
    )

    folds = await world.folds(SESSION)
    assert [show(*one.attributes["view_count"]) for one in folds.values()] == [1, 1]


async def test_session_of_merged_people_is_one(world: World) -> None:
    await world.ingest(
        about("e1", "cookie_id:c1", session_id="s1", type="VIEW", time=10, name="/a"),
        about("e2", "user_id:u1", session_id="s1", type="VIEW", time=20, name="/b"),
        about("e3", "user_id:u1", session_id="s2", type="VIEW", time=30, name="/c"),
    )

    await world.ingest(about("e4", "cookie_id:c1", "user_id:u1", time=40))

    (profile,) = await world.living()
    sessions = {one["session_id"]: one for one in await world.living("sessions")}
    assert {one["profile"] for one in sessions.values()} == {profile["_id"]}
    folds = await world.folds(SESSION)
    first, second = folds[sessions["s1"]["_id"]], folds[sessions["s2"]["_id"]]
    assert {name: show(*state) for name, state in first.attributes.items()} == {
        "started_at": at(10),
        "ended_at": at(20),
        "entry_page": "/a",
        "exit_page": "/b",
        "view_count": Decimal(2),
    }
    assert show(*second.attributes["view_count"]) == 1


async def test_account_knows_its_name_and_when_it_was_seen(world: World) -> None:
    await world.ingest(
        about("e1", "user_id:u1", time=10, account={"id": "a1", "name": "Acme"}),
        about("e2", "user_id:u2", time=20, account={"id": "a1", "name": "Acme Inc."}),
    )
    world.clock.advance(hours=1)
    await world.ingest(about("e3", "user_id:u1", time=5, account={"id": "a1"}))

    assert await everything(world, ACCOUNT) == {
        "account_id": "a1",
        "account_name": "Acme Inc.",
        "first_seen": at(5),
        "last_seen": at(20),
    }
    assert (await world.the_fold(ACCOUNT)).processed == Processed(NOON, world.clock.now)
    members = [(*one.identifiers, *one.accounts) for one in (await world.folds()).values()]
    assert sorted(members) == [("user_id:u1", "a1"), ("user_id:u2", "a1")]


async def test_account_event_without_a_person_changes_the_account_only(world: World) -> None:
    await world.ingest(about("e1", time=10, account={"id": "a1", "name": "Acme"}))

    assert (await everything(world, ACCOUNT))["account_name"] == "Acme"
    assert await world.living() == []


async def test_person_may_belong_to_several_accounts(world: World) -> None:
    await world.ingest(
        an_event("e1", 10, account={"id": "a1"}), an_event("e2", 20, account={"id": "a2"})
    )

    assert (await world.the_fold()).accounts == {"a1", "a2"}
    assert list(await world.folds(ACCOUNT)) == ["a1", "a2"]


async def test_number_as_account_id_is_taken_as_text(world: World) -> None:
    await world.ingest(an_event("e1", account={"id": 7}))

    assert (await everything(world, ACCOUNT))["account_id"] == "7"


@pytest.mark.parametrize("junk", ["null", "", 0, ["a1"], "x" * 257])
async def test_junk_is_no_account_and_the_event_is_kept(world: World, junk: object) -> None:
    outcome = await world.ingest(an_event("e1", account={"id": junk, "name": "Acme"}))

    assert outcome.accepted == 1
    assert [(one.index, one.code) for one in outcome.warnings] == [(0, "IDENTIFIER_REFUSED")]
    assert await world.documents("accounts") == []
    assert (await world.the_fold()).accounts == frozenset()


async def test_custom_account_attribute_is_fed_by_the_account_of_the_event(world: World) -> None:
    await world.define("arr", Aggregation.MAX, DataType.NUMBER, kind=ACCOUNT)

    outcome = await world.ingest(
        an_event("e1", 10, account={"id": "a1", "arr": 120}),
        an_event("e2", 20, account={"id": "a1", "arr": "much"}),
    )

    assert outcome.warnings == [
        IndexedWarning(1, "VALUE_REFUSED", '"much" is not a number.', "arr")
    ]
    assert await world.shown("arr", kind=ACCOUNT) == {"arr": 120}
