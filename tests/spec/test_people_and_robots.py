"""Which events make and change profiles: those of people who may be recognised."""

from typing import Any

import msgspec
import pytest

from app.events.model import Event
from app.ingestion.outcome import Outcome
from tests.building import NOON, about, an_event, at
from tests.living import World


async def test_event_without_identifiers_is_kept_and_makes_no_profile(world: World) -> None:
    outcome = await world.ingest(an_event("e1", cookie_id=None, session_id="s1"))

    assert outcome == Outcome(accepted=1, duplicate=0, rejected=[], warnings=[])
    assert [(one.event.id, one.target) for one in await world.entries()] == [("e1", None)]
    for collection in ("profiles", "sessions", "accounts", "identifiers"):
        assert await world.documents(collection) == []


ROBOTS = [
    pytest.param({"anonymous_tracking": True}, id="anonymous tracking"),
    pytest.param({"context": {"device": {"type": "bot"}}}, id="bot"),
    pytest.param({"context": {"session": {"type": "synthetics"}}}, id="synthetic session"),
    pytest.param({"context": {"session": {"type": "ci_test"}}}, id="session of a CI test"),
]


@pytest.mark.parametrize("fields", ROBOTS)
async def test_event_of_nobody_or_a_robot_is_kept_and_makes_no_profile(
    world: World, fields: dict[str, Any]
) -> None:
    outcome = await world.ingest(
        an_event("e1", user_id="u1", session_id="s1", account={"id": "a1"}, **fields)
    )

    assert outcome == Outcome(accepted=1, duplicate=0, rejected=[], warnings=[])
    (entry,) = await world.entries()
    assert (entry.event.id, entry.event.profiled, entry.target) == ("e1", False, None)
    for collection in ("profiles", "sessions", "accounts", "identifiers"):
        assert await world.documents(collection) == []


@pytest.mark.parametrize("fields", ROBOTS)
async def test_event_of_nobody_or_a_robot_changes_no_profile(
    world: World, fields: dict[str, Any]
) -> None:
    known = {"user_id": "u1", "session_id": "s1", "account": {"id": "a1"}}
    await world.ingest(an_event("e1", 10, **known), an_event("e2", 20, cookie_id="c2"))
    names = ("profiles", "sessions", "accounts", "identifiers")
    before = {name: await world.documents(name) for name in names}

    await world.ingest(
        an_event("e3", 30, **known, **fields, user={"email": "x"}, properties={"revenue": 5}),
        about("e4", "user_id:u1", "cookie_id:c2", **fields),
    )

    assert {name: await world.documents(name) for name in names} == before


async def test_anonymous_tracking_keeps_nothing_that_names_the_person(world: World) -> None:
    sent = an_event("e1", 10, user_id="u1", user={"email": "ana@example.com"}, name="/home")

    await world.ingest(msgspec.structs.replace(sent, anonymous_tracking=True))

    assert [one.event for one in await world.entries()] == [
        Event(id="e1", type="CUSTOM", time=at(10), received_at=NOON, name="/home", profiled=False)
    ]


@pytest.mark.parametrize("kind", ["user", "desktop", None])
async def test_other_sessions_and_devices_are_people(world: World, kind: str | None) -> None:
    context = {"device": {"type": kind}, "session": {"type": kind}}

    await world.ingest(an_event("e1", context=context))

    assert (await world.the_fold()).identifiers == {"cookie_id:c1"}
