"""Laws of identity under ``first_user_wins``, whatever arrives in whatever order."""

import asyncio
from itertools import count
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.events.wire import EventInput
from app.identity.marks import are_apart
from app.identity.model import IdentityPolicy, principal, user_ids
from app.identity.resolve import Groups, divide
from tests.auditing import assert_audit_finds_nothing
from tests.building import about
from tests.living import World
from tests.truth import assert_equal_to_ledger

MERGE_ALL, FIRST_USER_WINS = IdentityPolicy
NAMES = ["user_id:u1", "user_id:u2", "user_id:u3", "cookie_id:c1", "cookie_id:c2", "cookie_id:c3"]

named = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(tuple)
histories = st.lists(named, min_size=1, max_size=14)
marks = st.frozensets(st.sampled_from(["user_id:u1", "user_id:u2", "s/1:a", "s/1:b", "s/2:a"]))
policies = st.sampled_from(IdentityPolicy)


@given(a=marks, b=marks, policy=policies)
def test_being_apart_is_mutual_and_never_from_oneself(
    a: frozenset[str], b: frozenset[str], policy: IdentityPolicy
) -> None:
    assert are_apart(a, b, policy) == are_apart(b, a, policy)
    assert not are_apart(a, a, policy)
    assert not are_apart(a, a | b, policy)


@given(history=histories)
def test_groups_where_users_are_apart_have_one_user_each(history: list[tuple[str, ...]]) -> None:
    groups = divide(history, {}, {}, FIRST_USER_WINS)

    assert all(len(user_ids(group)) <= 1 for group in groups)
    assert all(found == user_ids(group) for group, found in groups.items())
    for identifiers in history:
        assert len([group for group in groups if principal(identifiers) in group]) == 1


@given(history=histories)
def test_groups_where_all_is_merged_are_the_connected_identifiers(
    history: list[tuple[str, ...]],
) -> None:
    joined = Groups()
    for identifiers in history:
        joined.join(identifiers)

    groups = divide(history, {}, {}, MERGE_ALL)

    assert set(groups) == {frozenset(group) for group in joined.members().values()}


def sent(history: list[tuple[str, ...]], times: list[int]) -> list[EventInput]:
    numbers = count(1)
    return [
        about(f"e{next(numbers)}", *one, time=time, session_id="s", properties={"revenue": 1})
        for one, time in zip(history, times, strict=True)
    ]


async def emptied(world: World) -> World:
    await world.forget()
    await world.database["lanes"].delete_many({})
    return world.another_process()


async def play(
    world: World, events: list[EventInput], data: st.DataObject, policy: IdentityPolicy
) -> None:
    """Send the events in any order, in any batches, some at the same time."""
    processes = [world, world.another_process()]
    order: list[EventInput] = data.draw(st.permutations(events))
    while order:
        batches = []
        for _ in range(data.draw(st.integers(1, 3))):
            size = data.draw(st.integers(1, 5))
            batches.append(order[:size])
            order = order[size:]
        sending = zip([*processes, processes[0]], filter(None, batches), strict=False)
        await asyncio.gather(*(one.ingest(*batch, policy=policy) for one, batch in sending))


async def homes(world: World) -> dict[str, frozenset[str]]:
    """The identifiers of the profile of each event."""
    held = {one["_id"]: frozenset(one["identifiers"]) for one in await world.living()}
    return {one["_id"]: held[one["profile"]] for one in await world.documents("events")}


@settings(phases=[Phase.explicit, Phase.generate])  # ids differ: no shrinking
@given(history=histories, data=st.data())
async def test_users_are_apart_and_have_what_they_signed_in_any_order(
    world: World, history: list[tuple[str, ...]], data: st.DataObject
) -> None:
    fresh = await emptied(world)
    times = data.draw(st.lists(st.integers(0, 5), min_size=len(history), max_size=len(history)))
    events = sent(history, times)

    await play(fresh, events, data, FIRST_USER_WINS)

    found = await homes(fresh)
    for event, identifiers in zip(events, history, strict=True):
        home = found[str(event.id)]
        assert len(user_ids(home)) <= 1
        assert principal(identifiers) in home
        if signed := user_ids([principal(identifiers)]):
            assert user_ids(home) == signed
    await assert_equal_to_ledger(fresh)
    await assert_audit_finds_nothing(fresh)
    await assert_apart_is_recorded(fresh)


async def assert_apart_is_recorded(world: World) -> None:
    """Collisions say exactly what the ledger says."""
    recorded: dict[Any, Any] = {
        (one["identifier"], one["about"]): (one["first_at"], one["last_at"])
        for one in await world.documents("collisions")
    }
    times: dict[Any, list[Any]] = {}
    for one in await world.documents("events"):
        for identifier in one.get("apart", ()):
            times.setdefault((identifier, one["about"]), []).append(one["time"])
    assert recorded == {pair: (min(all_), max(all_)) for pair, all_ in times.items()}


@settings(phases=[Phase.explicit, Phase.generate])  # ids differ: no shrinking
@given(history=histories, data=st.data())
async def test_policies_agree_where_no_two_users_meet(
    world: World, history: list[tuple[str, ...]], data: st.DataObject
) -> None:
    fresh = await emptied(world)
    lonely: list[tuple[str, ...]] = []
    for identifiers in history:  # leave out what would bring two users together
        trial = [*lonely, identifiers]
        joined = Groups()
        for one in trial:
            joined.join(one)
        if all(len(user_ids(group)) <= 1 for group in joined.members().values()):
            lonely = trial
    events = sent(lonely, [0] * len(lonely))

    await play(fresh, events, data, FIRST_USER_WINS)

    expected = Groups()
    for one in lonely:
        expected.join(one)
    members = expected.members()
    assert await homes(fresh) == {
        str(event.id): frozenset(members[expected.root(one[0])])
        for event, one in zip(events, lonely, strict=True)
    }
    assert await fresh.documents("collisions") == []
