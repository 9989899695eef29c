"""A profile that turns out to be two people."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.errors import UnmergeRefusedError
from app.identity.model import Identifier, IdentityPolicy
from app.paging import PageRequest
from app.rebuilding.unmerging import Unmerged
from app.values import DataType
from tests.auditing import assert_audit_finds_nothing
from tests.building import about
from tests.living import World
from tests.spec.test_crashes import KilledError, Life, a_mortal_process
from tests.truth import assert_equal_to_ledger

C1, C2, U1, U2 = "cookie_id:c1", "cookie_id:c2", "user_id:u1", "user_id:u2"

HISTORY = [
    about("e1", C1, time=1, session_id="s1", properties={"revenue": 1}, account={"id": "a1"}),
    about("e2", U1, time=2, session_id="s1", properties={"revenue": 2}),
    about("e3", C1, U1, time=3, session_id="s2", properties={"revenue": 4}),
    about("e4", C2, U1, time=4, session_id="s2", properties={"revenue": 8}),
    about("e5", C2, C1, time=5, session_id="s3", properties={"revenue": 16}, account={"id": "a2"}),
]


async def fill(world: World) -> str:
    """One profile of four events in three sessions; its id."""
    for event in HISTORY:
        await world.ingest(event)
        world.clock.advance(seconds=1)
    [profile] = await world.living()
    return str(profile["_id"])


async def unmerge(world: World, profile: str, *identifiers: str) -> Unmerged:
    """Take these identifiers out of the profile."""
    return await world.services.unmerging.unmerge(profile, identifiers, now=world.clock.now)


async def people(world: World) -> dict[frozenset[str], tuple[set[str], Any, set[str], set[str]]]:
    """By identifiers: the events, the revenue, the sessions and the accounts of each profile."""
    events, sessions = await world.documents("events"), await world.living("sessions")
    return {
        frozenset(one["identifiers"]): (
            {event["_id"] for event in events if event["profile"] == one["_id"]},
            int(str(one["attributes"]["total_revenue"])),
            {session["session_id"] for session in sessions if session["profile"] == one["_id"]},
            set(one.get("accounts", ())),
        )
        for one in await world.living()
    }


async def assert_sound(world: World) -> None:
    await assert_equal_to_ledger(world)
    await assert_audit_finds_nothing(world)


async def test_both_become_what_their_events_say_as_if_none_had_named_both(world: World) -> None:
    profile = await fill(world)

    kept, split = await unmerge(world, profile, C1)

    assert await people(world) == {
        frozenset({U1, C2}): ({"e2", "e3", "e4", "e5"}, 30, {"s1", "s2", "s3"}, {"a2"}),
        frozenset({C1}): ({"e1"}, 1, {"s1"}, {"a1"}),
    }
    assert kept == profile
    [other] = [one for one in await world.living() if one["identifiers"] == [C1]]
    assert other["_id"] == split
    assert await world.registry() == {C1: split, C2: kept, U1: kept}
    await assert_sound(world)


async def test_user_takes_along_what_they_signed(world: World) -> None:
    profile = await fill(world)

    await unmerge(world, profile, U1)

    assert await people(world) == {
        frozenset({C1, C2}): ({"e1", "e5"}, 17, {"s1", "s3"}, {"a1", "a2"}),
        frozenset({U1}): ({"e2", "e3", "e4"}, 14, {"s1", "s2"}, set()),
    }
    await assert_sound(world)


async def test_times_of_processing_are_those_of_the_events_of_each(world: World) -> None:
    begun = world.clock.now
    profile = await fill(world)

    await unmerge(world, profile, C1)

    times = {
        frozenset(one["identifiers"]): [
            (one[name] - begun).total_seconds() for name in ("created_at", "updated_at")
        ]
        for one in await world.living()
    }
    assert times == {frozenset({U1, C2}): [1, 4], frozenset({C1}): [0, 0]}


@pytest.mark.parametrize("policy", list(IdentityPolicy))
async def test_later_events_that_name_both_join_nobody(
    world: World, policy: IdentityPolicy
) -> None:
    profile = await fill(world)
    await unmerge(world, profile, C1)

    await world.ingest(
        about("l1", C1, U1, time=20, properties={"revenue": 32}),
        about("l2", C1, C2, time=21, properties={"revenue": 64}),
        about("l3", C1, "x:new", time=22, properties={"revenue": 128}),
        policy=policy,
    )
    await world.ingest(about("l4", "x:new", U1, time=23), policy=policy)

    found = await people(world)
    assert {held: one[0] - {"e1", "e2", "e3", "e4", "e5"} for held, one in found.items()} == {
        frozenset({U1, C2}): {"l1", "l4"},
        frozenset({C1, "x:new"}): {"l2", "l3"},
    }
    await assert_sound(world)


async def test_what_came_together_is_a_collision(world: World) -> None:
    profile = await fill(world)
    await unmerge(world, profile, C1)
    await world.ingest(about("l1", C1, U1, time=20))

    page = await world.services.collisions.page(PageRequest())

    found = {
        (one["identifier"], one["about"]): (one["first_at"].second, one["last_at"].second)
        for one in page.items
    }
    assert found == {(C1, U1): (3, 20), (C1, C2): (5, 5)}


async def test_joined_by_hand_they_are_one_again(world: World) -> None:
    profile = await fill(world)
    kept, split = await unmerge(world, profile, C1)

    await world.services.merging.merge(kept, split, now=world.clock.now)
    await world.ingest(about("l1", C1, U1, time=20, properties={"revenue": 32}))

    events = {"e1", "e2", "e3", "e4", "e5", "l1"}
    assert await people(world) == {
        frozenset({C1, C2, U1}): (events, 63, {"s1", "s2", "s3"}, {"a1", "a2"})
    }
    await assert_sound(world)


async def test_profile_may_be_taken_apart_again_and_again(world: World) -> None:
    profile = await fill(world)

    first = await unmerge(world, profile, C1, C2)
    second = await unmerge(world, first.split, C2)

    assert {held: one[0] for held, one in (await people(world)).items()} == {
        frozenset({U1}): {"e2", "e3", "e4"},
        frozenset({C1}): {"e1"},
        frozenset({C2}): {"e5"},
    }
    await world.ingest(about("l1", C1, C2, time=20), about("l2", C2, U1, time=21))
    assert len(await world.living()) == 3
    assert second.kept == first.split
    await assert_sound(world)


async def test_identifier_that_never_did_anything_leaves_without_a_profile(world: World) -> None:
    await world.ingest(about("e1", C1, U1, time=1, properties={"revenue": 1}))
    [profile] = await world.living()

    _, split = await unmerge(world, profile["_id"], C1)

    assert await world.services.profiles.by_id(split) is None
    assert {held: one[0] for held, one in (await people(world)).items()} == {
        frozenset({U1}): {"e1"}
    }
    await world.ingest(about("e2", C1, time=2, properties={"revenue": 1}))
    found = await world.services.profiles.by_identifier(Identifier.from_key(C1))
    assert found is not None
    assert found["_id"] == split
    await assert_sound(world)


async def test_profile_of_merged_ones_is_taken_apart_by_an_old_id_too(world: World) -> None:
    await world.ingest(about("e1", C1, time=1, properties={"revenue": 1}))
    world.clock.advance(seconds=1)
    await world.ingest(about("e2", U1, time=2, properties={"revenue": 2}))
    older, younger = (one["_id"] for one in await world.living())
    await world.services.merging.merge(older, younger, now=world.clock.now)

    kept, split = await unmerge(world, older, U1)

    assert (kept, split not in (older, younger)) == (older, True)
    found = await world.services.profiles.by_id(younger)
    assert found is not None
    assert found["_id"] == older, "an id goes on leading where it led"
    assert {held: one[:2] for held, one in (await people(world)).items()} == {
        frozenset({C1}): ({"e1"}, 1),
        frozenset({U1}): ({"e2"}, 2),
    }
    await assert_sound(world)


async def test_event_sent_again_after_it_moved_counts_once(world: World) -> None:
    profile = await fill(world)
    await unmerge(world, profile, C1)
    before = await people(world)

    outcome = await world.ingest(*HISTORY)

    assert (outcome.accepted, outcome.duplicate) == (0, 5)
    assert await people(world) == before
    await assert_sound(world)


@pytest.mark.parametrize(
    ("identifiers", "path", "problem"),
    [
        ([], ("identifiers",), "no identifier is named"),
        ([C1, "x:1"], ("identifiers", "1"), "x:1 is no identifier of the profile"),
        ([C1, C2, U1], ("identifiers",), "the profile would have no identifier left"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    world: World, identifiers: list[str], path: tuple[str, ...], problem: str
) -> None:
    profile = await fill(world)
    names = ("profiles", "sessions", "events", "identifiers", "unmerges")
    before = {name: await world.documents(name) for name in names}

    with pytest.raises(UnmergeRefusedError) as refused:
        await unmerge(world, profile, *identifiers)

    assert str(refused.value) == f"The profile was not taken apart: {problem}."
    assert refused.value.path == path
    assert {name: await world.documents(name) for name in names} == before


async def test_attributes_that_were_added_late_are_right_on_both_sides(world: World) -> None:
    profile = await fill(world)
    new = NewAttribute(
        ProfileKind.USER, "spent", DataType.NUMBER, Aggregation.SUM, event_field="revenue"
    )
    await world.services.backfill.define(new, backfill=True, now=world.clock.now)

    _, split = await unmerge(world, profile, C1)
    await world.services.backfill.start()

    folds = await world.folds()
    assert folds[profile].attributes["spent"] == (Aggregation.SUM, Decimal(30))
    assert folds[split].attributes["spent"] == (Aggregation.SUM, Decimal(1))
    await assert_sound(world)


async def test_two_at_once_take_each_identifier_out_once(world: World) -> None:
    profile = await fill(world)
    other = world.another_process()

    await asyncio.gather(unmerge(world, profile, C1), unmerge(other, profile, C1, C2))

    found = await people(world)
    assert sorted(one for held in found for one in held) == sorted(
        {C1, C2, U1} & {one for held in found for one in held}
    )
    assert found[frozenset({U1})][0] == {"e2", "e3", "e4"}
    await assert_sound(world)


@pytest.mark.parametrize("done", [False, True])
async def test_process_that_is_killed_at_any_command_leaves_nothing_half_done(
    world: World, *, done: bool
) -> None:
    left = 0
    while True:
        left += 1
        await world.forget()
        await world.database["lanes"].delete_many({})
        fresh = world.another_process()
        profile = await fill(fresh)
        mortal = a_mortal_process(fresh, Life(left, done=done))
        try:
            await unmerge(mortal, profile, C1)
        except KilledError:
            world.clock.advance(minutes=1)
            heir = fresh.another_process()
            while await heir.services.recover():
                pass
        else:
            break
        found = {held: one[:2] for held, one in (await people(fresh)).items()}
        assert found in (
            {frozenset({U1, C1, C2}): ({"e1", "e2", "e3", "e4", "e5"}, 31)},
            {frozenset({U1, C2}): ({"e2", "e3", "e4", "e5"}, 30), frozenset({C1}): ({"e1"}, 1)},
        )
        await assert_equal_to_ledger(fresh)
    assert left > 20
