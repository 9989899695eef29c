"""Traits become attributes on first sight: of the type of their first value, under a limit."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeOrigin, ProfileKind
from app.events.wire import EventInput
from app.intake.traits import new_attributes
from app.services import compose
from app.settings import Settings
from app.values import DataType
from tests.building import an_event
from tests.living import World


def made(*events: EventInput, limit: int = 100) -> dict[str, tuple[Any, ...]]:
    """What the events would make of an empty catalogue."""
    return {
        one.name: (one.kind, one.data_type, one.aggregation, one.event_field)
        for one in new_attributes(events, Catalogue(), limit=limit)
    }


async def custom(world: World) -> set[tuple[str, str]]:
    """Name and type of every custom attribute of people."""
    catalogue = await world.services.attributes.current()
    known = catalogue.of_kind(ProfileKind.USER)
    return {(one.name, one.data_type) for one in known if one.origin is AttributeOrigin.CUSTOM}


def a_process(world: World, limit: int) -> World:
    services = compose(world.database, Settings(max_trait_attributes=limit), world.clock)
    return World(world.database, services, world.clock)


def test_first_value_decides_about_the_type() -> None:
    user = {"plan": None, "age": 7, "vip": True, "since": "2026-01-01T10:00:00Z", "tags": ["a"]}
    later = {"plan": "pro", "age": "seven"}

    user_kind, last = ProfileKind.USER, Aggregation.LAST
    assert made(an_event(user=user), an_event(user=later)) == {
        "plan": (user_kind, DataType.STRING, last, "user.plan"),
        "age": (user_kind, DataType.NUMBER, last, "user.age"),
        "vip": (user_kind, DataType.BOOLEAN, last, "user.vip"),
        "since": (user_kind, DataType.DATETIME, last, "user.since"),
        "tags": (user_kind, DataType.STRING, Aggregation.UNIQUE_LIST, "user.tags"),
    }


def test_company_and_what_is_only_ever_set_once_have_attributes_too() -> None:
    once = {"set_once": {"plan": "trial"}}
    event = an_event(account={"id": "acme", "name": "Acme", "arr": 5}, properties=once)

    assert made(event) == {
        "arr": (ProfileKind.ACCOUNT, DataType.NUMBER, Aggregation.LAST, "account.arr"),
        "plan": (
            *(ProfileKind.USER, DataType.STRING, Aggregation.FIRST),
            "properties.set_once.plan",
        ),
    }


def test_defaults_and_what_is_no_value_make_none() -> None:
    none = {"email": "a", "name": "b", "address": {"city": "c"}, "": 1, "  ": 1, "$": 1, "l": [[]]}

    assert made(an_event(user=none, account={"id": "a", "name": "b"})) == {}


def test_name_is_safe_and_leads_back_to_the_trait() -> None:
    found = made(an_event(user={"First seen $in": "a", "first.plan": "b", "revenue": 3}))

    assert {name: field for name, (*_, field) in found.items()} == {
        "First_seen_in": "user.First seen $in",
        "first_plan": "user.first.plan",
        "revenue": "user.revenue",
    }


def test_taken_name_is_not_taken_twice() -> None:
    found = made(an_event(user={"plan": "a", "city_": "x", "city-": "y", "goal_uuids": "z"}))

    assert {name: field for name, (*_, field) in found.items()} == {
        "plan": "user.plan",
        "city": "user.city_",
        "city-": "user.city-",
        "last_goal_uuids": "user.goal_uuids",
    }


def test_there_is_a_limit() -> None:
    event = an_event(user={f"t{number}": 1 for number in range(10)})

    assert len(made(event, limit=3)) == 3
    assert made(event, limit=0) == {}


async def test_first_event_feeds_the_attribute_that_it_makes(world: World) -> None:
    event = an_event(user={"plan": "pro"})

    await world.services.intake.define([event])
    await world.services.intake.take([event])

    assert await world.shown("plan") == {"plan": "pro"}


async def test_two_processes_make_one_attribute_of_a_trait(world: World) -> None:
    other = world.another_process()
    as_text, as_number = an_event(user={"level": "7"}), an_event(user={"level": 7})

    await asyncio.gather(
        *(world.services.intake.define([as_text]) for _ in range(3)),
        *(other.services.intake.define([as_number]) for _ in range(3)),
    )

    assert [name for name, _ in await custom(world)] == ["level"]


async def test_limit_holds_for_all_requests_together(world: World) -> None:
    process = a_process(world, limit=2)
    for number in range(4):
        await process.services.intake.define([an_event(user={f"t{number}": 1})])

    assert len(await custom(world)) == 2


async def test_deleted_attribute_does_not_come_back(world: World) -> None:
    event = an_event(user={"plan": "pro"})
    await world.services.intake.define([event])
    await world.services.attributes.delete("USER:plan")
    world.clock.advance(seconds=5)

    await world.services.intake.define([event])

    assert await custom(world) == set()


@given(
    traits=st.dictionaries(
        st.text() | st.sampled_from(["$set", "a.b", "$where", "a..b", "__proto__", "x\x00"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers()),
    )
)
async def test_any_traits_are_harmless(world: World, traits: dict[str, Any]) -> None:
    await world.forget()
    event = an_event("e1", user=traits)

    await world.services.intake.define([event])
    taken = await world.services.intake.take([event])

    assert taken == 1
    assert all(set(name) <= _SAFE for name, _ in await custom(world))


_SAFE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
