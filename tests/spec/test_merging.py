"""People who turn out to be one: the table of identity, row by row, through the service."""

import asyncio
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise, permutations
from random import Random

import pytest

from app.aggregation.monoids import Aggregation
from app.events.wire import EventInput
from app.identity.model import Identifier
from app.values import DataType
from tests.building import about, at
from tests.living import World

C1, C2, U1 = "cookie_id:c1", "cookie_id:c2", "user_id:u1"


async def one_after_the_other(world: World, *events: EventInput) -> None:
    """Each event in a batch of its own, a second apart."""
    for event in events:
        await world.ingest(event)
        world.clock.advance(seconds=1)


async def tombstones(world: World) -> dict[str, str]:
    """What each profile was merged into, without those still under way."""
    return {
        one["_id"]: one["merged_into"]
        for one in await world.documents("profiles")
        if one.get("merged_into") and not one.get("pending")
    }


async def looked_up(world: World, identifier: str) -> str:
    """The id of the profile that an identifier finds."""
    found = await world.services.profiles.by_identifier(Identifier.from_key(identifier))
    assert found is not None
    return str(found["_id"])


async def leading_to(world: World, identifiers: Iterable[str]) -> set[str]:
    """The living profiles that the registry leads these identifiers to."""
    registry = await world.registry()
    found = await world.services.profiles.by_ids(registry[one] for one in identifiers)
    return {str(one["_id"]) for one in found.values()}


JOINED = [
    about("e1", C1, time=10, user={"name": "a"}, properties={"revenue": 1}, session_id="s1"),
    about("e2", U1, time=20, user={"name": "b"}, properties={"revenue": 2}, session_id="s1"),
    about("e3", C1, U1, time=30, properties={"revenue": 4}),
]


@pytest.mark.parametrize(
    "order", list(permutations(JOINED)), ids=lambda one: "-".join(event.id for event in one)
)
async def test_two_profiles_that_share_an_event_are_one_in_any_order(
    world: World, order: Sequence[EventInput]
) -> None:
    await one_after_the_other(world, *order)

    (profile,) = await world.living()
    assert (await world.the_fold()).identifiers == {C1, U1}
    assert await world.shown("user_id", "name", "total_revenue", "first_seen", "last_seen") == {
        "user_id": "u1",
        "name": "b",
        "total_revenue": Decimal(7),
        "first_seen": at(10),
        "last_seen": at(30),
    }
    assert {one["profile"] for one in await world.documents("events")} == {profile["_id"]}
    assert await world.registry() == {C1: profile["_id"], U1: profile["_id"]}
    assert len(await world.living("sessions")) == 1


async def test_primary_is_the_older_and_the_id_of_the_other_leads_to_it(world: World) -> None:
    await one_after_the_other(world, JOINED[0], JOINED[1])
    older, younger = (one["_id"] for one in await world.living())

    await world.ingest(JOINED[2])

    assert [one["_id"] for one in await world.living()] == [older]
    assert await tombstones(world) == {younger: older}
    by_old_id = await world.services.profiles.by_id(younger)
    assert by_old_id is not None
    assert by_old_id["_id"] == older


async def test_age_decides_not_the_time_of_events_or_the_order_of_identifiers(
    world: World,
) -> None:
    await one_after_the_other(world, about("e1", U1, time=20), about("e2", C1, time=10))
    older, _ = (one["_id"] for one in await world.living())

    await world.ingest(about("e3", C1, U1, time=30))

    (profile,) = await world.living()
    assert profile["_id"] == older
    assert await looked_up(world, C1) == await looked_up(world, U1) == older


async def test_one_event_may_join_three_profiles(world: World) -> None:
    await one_after_the_other(
        world, about("e1", C1, time=10), about("e2", C2, time=20), about("e3", U1, time=30)
    )
    oldest, second, third = (one["_id"] for one in await world.living())

    await world.ingest(about("e4", C2, U1, C1, time=40))

    assert [one["_id"] for one in await world.living()] == [oldest]
    assert (await world.the_fold()).identifiers == {C1, C2, U1}
    assert await tombstones(world) == {second: oldest, third: oldest}


async def test_events_of_one_batch_may_join_each_other(world: World) -> None:
    await world.ingest(
        about("e1", C1, time=10), about("e2", C2, time=20), about("e3", U1, C1), about("e4", C2, U1)
    )

    assert (await world.the_fold()).identifiers == {C1, C2, U1}
    assert await tombstones(world) == {}


async def test_chain_of_merges_leads_to_the_last(world: World) -> None:
    await one_after_the_other(
        world,
        about("e1", "x:a", time=10, properties={"revenue": 1}),
        about("e2", "x:b", time=20, properties={"revenue": 2}),
        about("e3", "x:c", time=30, properties={"revenue": 4}),
    )
    a, b, c = (one["_id"] for one in await world.living())
    merging, now = world.services.merging, world.clock.now

    await merging.merge(c, b, now=now)
    await merging.merge(b, a, now=now)

    assert await looked_up(world, "x:c") == a
    found = await world.services.profiles.by_id(c)
    assert found is not None
    assert found["_id"] == a
    assert await world.shown("total_revenue") == {"total_revenue": Decimal(7)}
    assert {one["profile"] for one in await world.documents("events")} == {a}


async def test_event_after_a_merge_reaches_the_primary_through_either_identifier(
    world: World,
) -> None:
    await one_after_the_other(world, *JOINED)

    await world.ingest(
        about("e4", C1, time=40, properties={"revenue": 8}),
        about("e5", U1, time=50, properties={"revenue": 16}),
    )

    assert await world.shown("total_revenue") == {"total_revenue": Decimal(31)}


async def test_merging_again_changes_nothing(world: World) -> None:
    await one_after_the_other(world, JOINED[0], JOINED[1])
    older, younger = (one["_id"] for one in await world.living())
    await world.services.merging.merge(older, younger, now=world.clock.now)
    names = ("profiles", "sessions", "events", "identifiers")
    before = {name: await world.documents(name) for name in names}

    for a, b in ((older, younger), (younger, older), (older, older)):
        assert await world.services.merging.merge(a, b, now=world.clock.now) == older

    assert {name: await world.documents(name) for name in names} == before


async def test_merged_profile_joined_with_itself_is_the_living_one(world: World) -> None:
    await one_after_the_other(world, JOINED[0], JOINED[1])
    older, younger = (one["_id"] for one in await world.living())
    await world.services.merging.merge(older, younger, now=world.clock.now)

    assert await world.services.merging.merge(younger, younger, now=world.clock.now) == older


async def test_opposite_merges_at_once_have_one_winner(world: World) -> None:
    other = world.another_process()
    await one_after_the_other(world, JOINED[0], JOINED[1])
    older, younger = (one["_id"] for one in await world.living())
    now = world.clock.now

    winners = await asyncio.gather(
        world.services.merging.merge(older, younger, now=now),
        other.services.merging.merge(younger, older, now=now),
    )

    assert set(winners) == {older}
    assert await tombstones(world) == {younger: older}
    assert await world.shown("total_revenue") == {"total_revenue": Decimal(3)}


async def test_circle_of_merges_at_once_has_one_winner(world: World) -> None:
    count = 6
    events = [about(f"e{n}", f"x:p{n}", properties={"revenue": 1}) for n in range(count)]
    await one_after_the_other(world, *events)
    ids = [one["_id"] for one in await world.living()]
    processes = [world.another_process() for _ in range(3)]

    await asyncio.gather(
        *(
            processes[n % 3].services.merging.merge(a, b, now=world.clock.now)
            for n, (a, b) in enumerate(pairwise([*ids, ids[0]]))
        )
    )

    assert [one["_id"] for one in await world.living()] == [ids[0]]
    assert sorted(await tombstones(world)) == ids[1:]
    assert await world.shown("total_revenue") == {"total_revenue": Decimal(count)}
    assert set((await world.registry()).values()) == {ids[0]}


async def test_two_workers_that_share_an_identifier_at_once(world: World) -> None:
    other = world.another_process()

    await asyncio.gather(
        world.ingest(about("e1", C1, U1, time=10, properties={"revenue": 1})),
        other.ingest(about("e2", U1, C2, time=20, properties={"revenue": 2})),
    )

    (profile,) = await world.living()
    assert (await world.the_fold()).identifiers == {C1, C2, U1}
    assert await world.shown("total_revenue") == {"total_revenue": Decimal(3)}
    assert set((await world.registry()).values()) == {profile["_id"]}


async def test_identifier_claimed_for_a_profile_that_was_just_merged_is_handed_over(
    world: World,
) -> None:
    await one_after_the_other(world, *JOINED, about("e4", C2, time=40))
    older, younger, _ = (one["_id"] for one in await world.documents("profiles"))
    await world.database["identifiers"].insert_one({"_id": "x:late", "profile": younger})

    await world.ingest(about("e5", C2, "x:late", time=50))

    assert set((await world.registry()).values()) == {older}


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("seed", range(3))
async def test_chain_of_100_in_random_order(world: World, workers: int, seed: int) -> None:
    await world.define("n", Aggregation.SUM, DataType.NUMBER)
    names = [f"cookie_id:c{n}" for n in range(1, 101)]
    events = [
        about(f"e{n}", a, b, time=n, properties={"n": 1}, session_id=f"s{n % 3}")
        for n, (a, b) in enumerate(pairwise(names))
    ]
    Random(seed).shuffle(events)
    processes = [world.another_process() for _ in range(workers)]

    async def work(number: int) -> None:
        mine = events[number::workers]
        for start in range(0, len(mine), 5):
            await processes[number].ingest(*mine[start : start + 5])

    await asyncio.gather(*map(work, range(workers)))

    (profile,) = await world.living()
    assert (await world.the_fold()).identifiers == set(names)
    assert await leading_to(world, names) == {profile["_id"]}
    assert await world.shown("n", "first_seen", "last_seen") == {
        "n": Decimal(99),
        "first_seen": at(0),
        "last_seen": at(98),
    }
    assert {one["profile"] for one in await world.documents("events")} == {profile["_id"]}
    assert sorted(one["session_id"] for one in await world.living("sessions")) == ["s0", "s1", "s2"]


async def test_event_that_was_sent_for_both_profiles_counts_once(world: World) -> None:
    first = about("e1", C1, time=10, properties={"revenue": 10})
    await one_after_the_other(world, first, about("e2", U1, time=20))
    await world.ingest(about("e1", U1, time=10, properties={"revenue": 10}))

    await world.ingest(about("e3", C1, U1, time=30), first)

    assert await world.shown("total_revenue") == {"total_revenue": Decimal(10)}


async def test_same_event_sent_to_two_workers_at_once_counts_once(world: World) -> None:
    event = about("e1", C1, time=10, properties={"revenue": 10}, account={"id": "a1"})
    processes = [world.another_process() for _ in range(4)]

    outcomes = await asyncio.gather(*(one.ingest(event) for one in processes))

    assert sorted(one.accepted for one in outcomes) == [0, 0, 0, 1]
    assert await world.shown("total_revenue") == {"total_revenue": Decimal(10)}


async def test_attributes_combine_by_their_aggregations(world: World) -> None:
    number = DataType.NUMBER
    for aggregation in Aggregation:
        await world.define(aggregation.lower(), aggregation, number, event_field="x")

    await one_after_the_other(
        world,
        about("e1", C1, time=10, properties={"x": 3}),
        about("e2", U1, time=20, properties={"x": 1}),
        about("e3", C1, time=30, properties={"x": 1}),
        about("e4", C1, U1, time=40),
    )

    assert await world.shown(*(one.lower() for one in Aggregation)) == {
        "first": 3,
        "last": 1,
        "first_and_last": (3, 1),
        "list": [(at(10), 3), (at(20), 1), (at(30), 1)],
        "unique_list": [(at(10), 3), (at(20), 1)],
        "min": 1,
        "max": 3,
        "sum": 5,
    }


async def test_every_id_of_a_chain_of_merges_stands_where_the_last_does(world: World) -> None:
    events = [about(f"e{n}", f"x:{n}", time=n) for n in range(4)]
    await one_after_the_other(world, *events)
    ids = [one["_id"] for one in await world.living()]
    for older, younger in reversed(list(pairwise(ids))):
        await world.services.merging.merge(younger, older, now=world.clock.now)

    standings = await world.services.merging._profiles.standings(ids)

    assert {one.profile for one in standings.values()} == {ids[0]}
