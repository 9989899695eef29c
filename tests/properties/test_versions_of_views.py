"""A view that is sent in versions is one view, whatever arrives in which order and how often.

Its versions are shuffled, sent again, in several batches and by two processes; people log in,
log out and switch during it.
"""

import asyncio
from collections import defaultdict
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.intake.datadog import read_rum
from app.intake.peer import Peer
from app.values import DataType
from tests.auditing import assert_audit_finds_nothing
from tests.building import NOON
from tests.intake.rum import body, view
from tests.living import World, show
from tests.truth import assert_equal_to_ledger

DEFINED = [
    *(
        NewAttribute(
            ProfileKind.USER, f"n_{one.lower()}", DataType.NUMBER, one, event_field="cart_size"
        )
        for one in Aggregation
    ),
    NewAttribute(
        ProfileKind.USER, "pages", DataType.STRING, Aggregation.LIST, event_field="event.name"
    ),
    NewAttribute(
        ProfileKind.USER, "seen", DataType.NUMBER, Aggregation.SUM, event_field="event.views"
    ),
    NewAttribute(
        ProfileKind.ACCOUNT, "seen", DataType.NUMBER, Aggregation.SUM, event_field="event.views"
    ),
]
VIEWS = {"v1": "/cart", "v2": "/cart", "v3": "/home"}

who = st.fixed_dictionaries(
    {},
    optional={
        "anonymous_id": st.sampled_from(["anon-1", "anon-2", "null"]),
        "id": st.sampled_from(["ana", "bob"]),
    },
)
versions = st.fixed_dictionaries(
    {
        "view_id": st.sampled_from(sorted(VIEWS)),
        "version": st.integers(1, 5),
        "kind": st.sampled_from(["view", "view", "view", "view_update"]),
        "usr": who,
        "account": st.sampled_from([{}, {"id": "acme"}, {"id": "globex"}]),
        "context": st.sampled_from([{}, {"cart_size": 1}, {"cart_size": 2}]),
        "session": st.sampled_from(
            [{"id": "s1", "type": "user"}] * 3 + [{"id": "s1", "type": "synthetics"}]
        ),
    }
)
histories = st.lists(versions, max_size=12, unique_by=lambda one: (one["view_id"], one["version"]))


def written(one: dict[str, Any]) -> Any:
    return view(path=VIEWS[one["view_id"]], **one)


async def a_fresh(world: World) -> World:
    await world.forget()
    await world.database["lanes"].delete_many({})
    empty = {"version": 0, "definitions": {}, "waiting": []}
    await world.database["settings"].update_one({"_id": "attributes"}, {"$set": empty})
    fresh = world.another_process()
    for new in DEFINED:
        await fresh.services.attributes.create(new, now=world.clock.now)
    return fresh


async def send(world: World, lines: list[dict[str, Any]]) -> None:
    await world.services.intake.take(read_rum(body(*lines), Peer(NOON)))


async def content(world: World) -> Any:
    """What people, sessions and accounts show, without the ids of profiles."""
    documents = await world.folds()
    sessions = await world.folds(ProfileKind.SESSION)
    owned = defaultdict(list)
    for key, fold in sessions.items():
        owned[key.split("/")[0]].append((key.split("/")[1], dict(fold.attributes)))
    people = [
        (
            sorted(one.identifiers),
            sorted(one.accounts),
            dict(one.attributes),
            sorted(owned[key], key=str),
        )
        for key, one in documents.items()
    ]
    accounts = await world.folds(ProfileKind.ACCOUNT)
    shown = await world.database["events"].find({"type": "VIEW"}, sort=[("_id", 1)]).to_list()
    return (
        sorted(people, key=str),
        {key: dict(one.attributes) for key, one in accounts.items()},
        [one["_id"] for one in shown],
    )


def best(history: list[dict[str, Any]]) -> list[str]:
    """The ids of the versions to show, by the rule as it is written down."""
    found: dict[str, tuple[bool, int]] = {}
    for one in history:
        names = {"anonymous_id": one["usr"].get("anonymous_id"), "id": one["usr"].get("id")}
        known = any(value and value != "null" for value in names.values())
        rank = (known and one["session"]["type"] == "user", one["version"])
        if one["kind"] == "view":
            found[one["view_id"]] = max(found.get(one["view_id"], (False, 0)), rank)
    return sorted(f"{view_id}/{version}" for view_id, (_, version) in found.items())


@settings(phases=[Phase.explicit, Phase.generate], max_examples=40)
@given(history=histories, data=st.data())
async def test_what_versions_say_does_not_depend_on_how_they_arrive(
    world: World, history: list[dict[str, Any]], data: st.DataObject
) -> None:
    lines = [written(one) for one in history]
    fresh = await a_fresh(world)
    for one in lines:
        await send(fresh, [one])
    in_order = await content(fresh)

    fresh = await a_fresh(world)
    processes = [fresh, fresh.another_process()]
    waiting = data.draw(
        st.permutations(
            lines + data.draw(st.lists(st.sampled_from(lines)) if lines else st.just([]))
        )
    )
    while waiting:
        size = data.draw(st.integers(1, 4))
        await asyncio.gather(
            send(processes[0], waiting[:size]), send(processes[1], waiting[size : 2 * size])
        )
        waiting = waiting[2 * size :]

    await assert_equal_to_ledger(fresh)
    await assert_audit_finds_nothing(fresh)
    assert await content(fresh) == in_order
    assert in_order[2] == best(history)


async def test_view_counts_once_with_the_values_of_its_highest_version(world: World) -> None:
    fresh = await a_fresh(world)
    ana = {"anonymous_id": "anon-1", "id": "ana"}
    await send(fresh, [view(3, usr=ana, context={"cart_size": 5})])
    await send(fresh, [view(1), view(2, context={"cart_size": 2}), view(2)])

    shown = await fresh.shown("n_last", "n_max", "n_sum", "pages", "seen")
    [session] = (await fresh.folds(ProfileKind.SESSION)).values()

    assert shown["n_last"] == shown["n_max"] == 5
    assert "n_sum" not in shown, "what may change during a view adds nothing up"
    assert [name for _, name in shown["pages"]] == ["/cart"]
    assert shown["seen"] == 1
    assert show(*session.attributes["view_count"]) == 1
    assert show(*session.attributes["entry_page"]) == "/cart"


async def test_whoever_logs_in_during_a_view_is_linked(world: World) -> None:
    await send(world, [view(1), view(2, usr={"anonymous_id": "anon-1", "id": "ana"}), view(3)])

    fold = await world.the_fold()

    assert fold.identifiers == {"cookie_id:anon-1", "user_id:ana"}
