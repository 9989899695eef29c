"""Views that are sent as differences show what they would show if each version were sent whole."""

from collections.abc import Sequence
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.events.filter import EventQuery
from app.events.keys import decode_json
from app.events.stored import PAYLOADS
from app.intake.datadog import read_rum
from app.intake.peer import Peer
from app.paging import PageRequest
from tests.building import NOON
from tests.intake.rum import body, line, view_update
from tests.living import World

small = st.integers(0, 2)
odd_keys = st.sampled_from(["cart_size", "a.b", "$set", "plan"])
nested = st.dictionaries(odd_keys, small | st.dictionaries(odd_keys, small, max_size=2), max_size=3)

states = st.fixed_dictionaries(
    {
        "view": st.fixed_dictionaries(
            {"time_spent": small, "action": st.fixed_dictionaries({"count": small})},
            optional={
                "frustration": st.fixed_dictionaries({"count": small}),
                "performance": nested,
                "custom_timings": st.dictionaries(odd_keys, small),
            },
        ),
        "usr": st.fixed_dictionaries(
            {"anonymous_id": st.just("anon-1")},
            optional={"id": st.just("ana"), "plan": st.sampled_from(["free", "pro"])},
        ),
    },
    optional={
        "account": st.fixed_dictionaries(
            {"id": st.sampled_from(["acme", "globex"])}, optional={"name": st.just("Acme")}
        ),
        "context": nested,
        "connectivity": st.dictionaries(odd_keys, small, min_size=1),
        "display": st.fixed_dictionaries({"scroll": nested}),
        "version": st.sampled_from(["1.0", "1.1"]),
    },
)


def whole(version: int, state: dict[str, Any]) -> dict[str, Any]:
    """A version with all its values."""
    page = {"id": "v1", "url": "https://shop.example/cart", **state["view"]}
    return line("view", **{**state, "view": page, "_dd": {"document_version": version}})


async def send(world: World, lines: Sequence[dict[str, Any]]) -> None:
    await world.services.intake.take(read_rum(body(*lines), Peer(NOON)))


async def shown(world: World) -> list[dict[str, Any]]:
    """What the events of everybody tell."""
    page = await world.services.events.page(EventQuery(), PageRequest(first=10))
    return [
        {
            "name": one["name"],
            "account_id": one["account"],
            "profiled": one["profile"] is not None,
            **{name: decode_json(one.get(stored, {})) for name, stored in PAYLOADS.items()},
        }
        for one in page.items
    ]


@settings(phases=[Phase.explicit, Phase.generate], max_examples=60)
@given(history=st.lists(states, min_size=1, max_size=5), data=st.data())
async def test_differences_tell_what_whole_versions_tell(
    world: World, history: list[dict[str, Any]], data: st.DataObject
) -> None:
    versions = [whole(number, state) for number, state in enumerate(history, 1)]
    checkpoints = data.draw(st.sets(st.integers(1, len(versions))))
    differences = [
        one if number == 0 or number in checkpoints else view_update(versions[number - 1], one)
        for number, one in enumerate(versions)
    ]
    await world.forget()
    await send(world, versions)
    expected = await shown(world)

    await world.forget()
    for one in data.draw(st.permutations(differences)):
        await send(world, [one])

    assert await shown(world) == expected


async def test_view_shows_its_newest_state_while_it_lasts(world: World) -> None:
    first = whole(1, {"view": {"time_spent": 1}, "usr": {"anonymous_id": "anon-1"}})
    later = whole(2, {"view": {"time_spent": 5, "frustration": {"count": 2}}, "usr": first["usr"]})
    await send(world, [first])
    await send(world, [view_update(first, later)])

    [event] = await shown(world)

    assert event["properties"]["view"] == later["view"]


async def test_who_logs_in_later_is_not_shown_to_whoever_was_there_before(world: World) -> None:
    bob = {"id": "bob", "plan": "pro"}
    first = whole(1, {"view": {"time_spent": 1}, "usr": {"id": "ana"}})
    second = whole(2, {"view": {"time_spent": 2}, "usr": bob, "context": {"of": "bob"}})
    third = whole(3, {"view": {"time_spent": 3}, "usr": bob, "context": {"of": "bob"}})
    await send(world, [first, view_update(first, second), view_update(second, third)])

    [event] = await shown(world)

    assert (event["user"], event["properties"]["view"]) == ({}, first["view"])
    assert "of" not in event["properties"]


async def test_differences_that_name_nobody_go_with_whose_view_it_was(world: World) -> None:
    ana = {"id": "ana"}
    first = whole(1, {"view": {"time_spent": 1}, "usr": ana})
    later = whole(2, {"view": {"time_spent": 5}, "usr": ana})
    await send(world, [first, view_update(first, later)])
    stored = [len(one.event.identifiers) for one in await world.entries()]

    await world.services.erasure.erase(min(await world.folds()), now=NOON)

    assert sorted(stored) == [0, 1, 1]
    assert await world.entries() == []
