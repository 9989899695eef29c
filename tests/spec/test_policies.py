"""Two people on one browser: what each identity policy makes of them."""

import asyncio
from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest

from app.events.wire import EventInput
from app.identity.model import IdentityPolicy
from app.paging import PageRequest
from tests.building import about, an_event, at
from tests.living import World
from tests.truth import assert_equal_to_ledger

MERGE_ALL, FIRST_USER_WINS = IdentityPolicy
C1, C2, U1, U2 = "cookie_id:c1", "cookie_id:c2", "user_id:u1", "user_id:u2"


async def take(world: World, *events: EventInput) -> None:
    """Each event in a batch of its own, under the policy that keeps users apart."""
    for event in events:
        await world.ingest(event, policy=FIRST_USER_WINS)
        world.clock.advance(seconds=1)


async def people(world: World) -> dict[frozenset[str], set[str]]:
    """The events of each profile, by its identifiers."""
    held = {one["_id"]: frozenset(one["identifiers"]) for one in await world.living()}
    found: dict[frozenset[str], set[str]] = {identifiers: set() for identifiers in held.values()}
    for event in await world.documents("events"):
        found[held[event["profile"]]].add(event["_id"])
    return found


async def collisions(world: World) -> list[tuple[str, str, Any, Any]]:
    """Every collision: what stayed, whom the events are about, and when they happened."""
    page = await world.services.collisions.page(PageRequest())
    fields = ("identifier", "about", "first_at", "last_at")
    return sorted(tuple(one[name] for name in fields) for one in page.items)


async def test_second_user_of_a_cookie_gets_a_profile_of_their_own(world: World) -> None:
    await take(
        world,
        about("e1", C1, time=10),
        about("e2", C1, U1, time=20),
        about("e3", C1, time=30),
        about("e4", C1, U2, time=40),
        about("e5", C1, U2, time=50),
        about("e6", C1, time=60),
    )

    assert await people(world) == {
        frozenset({C1, U1}): {"e1", "e2", "e3", "e6"},
        frozenset({U2}): {"e4", "e5"},
    }
    assert await collisions(world) == [(C1, U2, at(40), at(50))]
    await assert_equal_to_ledger(world)


async def test_the_same_events_are_one_person_where_all_is_merged(world: World) -> None:
    await world.ingest(about("e1", C1, U1, time=10), policy=MERGE_ALL)
    await world.ingest(about("e2", C1, U2, time=20), policy=MERGE_ALL)

    assert await people(world) == {frozenset({C1, U1, U2}): {"e1", "e2"}}
    assert await collisions(world) == []


async def test_policy_of_the_project_is_a_setting(world: World) -> None:
    await world.ingest(about("e1", C1, U1, time=10))
    await world.ingest(about("e2", C1, U2, time=20))

    assert len(await world.living()) == 1


async def test_first_user_of_a_batch_is_the_one_that_happened_first(world: World) -> None:
    await world.ingest(
        about("e2", C1, U2, time=20),
        about("e1", C1, U1, time=10),
        about("e3", C1, time=5),
        policy=FIRST_USER_WINS,
    )

    assert await people(world) == {frozenset({C1, U1}): {"e1", "e3"}, frozenset({U2}): {"e2"}}
    await assert_equal_to_ledger(world)


async def test_cookie_that_two_users_want_at_once_goes_to_one_of_them(world: World) -> None:
    await take(world, about("e0", C1, time=0))
    processes = [world.another_process() for _ in range(4)]

    await asyncio.gather(
        *(
            one.ingest(
                about(f"e{number}", C1, f"user_id:u{number}", time=1), policy=FIRST_USER_WINS
            )
            for number, one in enumerate(processes, 1)
        )
    )

    found = await people(world)
    assert sorted(map(len, found)) == [1, 1, 1, 2]
    assert {one for identifiers in found for one in identifiers} == {
        C1,
        *(f"user_id:u{number}" for number in range(1, 5)),
    }
    assert len(await collisions(world)) == 3
    await assert_equal_to_ledger(world)


async def test_anonymous_event_with_cookies_of_two_users_joins_nobody(world: World) -> None:
    await take(
        world,
        about("e1", C1, U1, time=10),
        about("e2", C2, U2, time=20),
        about("e3", C2, C1, time=30),
    )

    assert await people(world) == {
        frozenset({C1, U1}): {"e1"},
        frozenset({C2, U2}): {"e2", "e3"},
    }
    assert await collisions(world) == [(C1, C2, at(30), at(30))]


async def test_last_user_id_of_an_event_is_whom_it_is_about(world: World) -> None:
    await take(world, about("e1", U1, C1, U2, time=10), about("e2", U1, time=20))

    assert await people(world) == {frozenset({C1, U2}): {"e1"}, frozenset({U1}): {"e2"}}
    assert await collisions(world) == [(U1, U2, at(10), at(10))]


async def test_cookies_of_one_person_are_joined_before_and_after_signing_in(world: World) -> None:
    await take(
        world,
        about("e1", C1, time=10),
        about("e2", C2, time=20),
        about("e3", C1, C2, time=30),
        about("e4", C2, U1, time=40),
        about("e5", C1, U2, time=50),
    )

    assert await people(world) == {
        frozenset({C1, C2, U1}): {"e1", "e2", "e3", "e4"},
        frozenset({U2}): {"e5"},
    }


async def test_users_that_one_source_merges_stay_merged_for_the_other(world: World) -> None:
    await world.ingest(about("e1", U1, U2, C1, time=10), policy=MERGE_ALL)

    await take(world, about("e2", C1, U1, time=20), about("e3", C1, U2, time=30))
    await take(world, about("e4", C1, "user_id:u3", time=40))

    assert await people(world) == {
        frozenset({U1, U2, C1}): {"e1", "e2", "e3"},
        frozenset({"user_id:u3"}): {"e4"},
    }


async def test_repeated_event_says_nothing_new(world: World) -> None:
    events = [about("e1", C1, U1, time=10), about("e2", C1, U2, time=20)]
    await take(world, *events)
    before = await people(world), await collisions(world)

    await take(world, *reversed(events))

    assert (await people(world), await collisions(world)) == before


ALICE, BRUNO = "user_123", "vip_user_1"
BROWSER = "135d5c07-d309-4dac-b18a-fb845fc7d69a"
BODIES: list[list[tuple[str, str | None, int, str | None]]] = [
    [
        ("LONG_TASK", None, 44, None),
        ("LONG_TASK", None, 222, None),
        ("RESOURCE", None, 0, None),
        ("RESOURCE", None, 26, None),
        ("RESOURCE", None, 205, None),
        ("ACTION", "Products", 863, None),
        ("RESOURCE", None, 874, None),
        ("RESOURCE", None, 1340, None),
        ("ACTION", "Add to cart", 1337, ALICE),
        ("VIEW", "/home", 0, None),
    ],
    [
        ("ACTION", "Cart", 1846, ALICE),
        ("RESOURCE", None, 1857, ALICE),
        ("ACTION", "order placed", 2325, ALICE),
        ("RESOURCE", None, 2324, ALICE),
        ("ACTION", "CHECKOUT", 2322, ALICE),
        ("ACTION", "Home", 2927, ALICE),
        ("RESOURCE", None, 2933, ALICE),
        ("ACTION", "Products", 3386, None),
        ("VIEW", "/products", 869, ALICE),
        ("VIEW", "/cart", 1854, ALICE),
        ("VIEW", "/home", 2931, None),
    ],
    [
        ("RESOURCE", None, 3396, None),
        ("RESOURCE", None, 3849, None),
        ("ACTION", "Add to cart", 3847, BRUNO),
        ("ACTION", "Cart", 4347, BRUNO),
        ("RESOURCE", None, 4352, BRUNO),
        ("ACTION", "order placed", 4803, BRUNO),
        ("RESOURCE", None, 4802, BRUNO),
        ("ACTION", "CHECKOUT", 4801, BRUNO),
        ("VIEW", "/products", 3390, BRUNO),
        ("VIEW", "/cart", 4351, BRUNO),
    ],
]
"""What one browser sent in three requests: nobody is signed in, then Alice is, then nobody, then
Bruno. Each view counts once, in its last version; times are milliseconds."""


def requests() -> list[list[EventInput]]:
    """The requests as batches of events."""
    return [
        [
            an_event(
                f"{number}-{place}",
                at(moment / 1000),
                type=kind,
                name=name,
                cookie_id=BROWSER,
                user_id=user,
                session_id="c5a6bce5",
            )
            for place, (kind, name, moment, user) in enumerate(body)
        ]
        for number, body in enumerate(BODIES)
    ]


def signed(user: str | None) -> set[str]:
    """The ids of the events that are signed by somebody, or by nobody."""
    return {str(one.id) for body in requests() for one in body if one.user_id == user}


async def sessions(world: World) -> list[tuple[Any, ...]]:
    """Who had sessions, with how many views and actions."""
    held = {one["_id"]: set(one["identifiers"]) for one in await world.living()}
    return sorted(
        (
            max(held[one["profile"]]),
            int(str(one["attributes"]["view_count"])),
            int(str(one["attributes"]["action_count"])),
        )
        for one in await world.living("sessions")
    )


async def test_browser_of_two_people_is_one_profile_where_all_is_merged(world: World) -> None:
    for batch in requests():
        await world.ingest(*batch, policy=MERGE_ALL)

    identifiers = {f"cookie_id:{BROWSER}", f"user_id:{ALICE}", f"user_id:{BRUNO}"}
    assert await people(world) == {
        frozenset(identifiers): signed(None) | signed(ALICE) | signed(BRUNO)
    }
    assert await sessions(world) == [(f"user_id:{BRUNO}", 6, 11)]


async def test_browser_of_two_people_is_two_profiles_where_users_are_apart(world: World) -> None:
    for batch in requests():
        await world.ingest(*batch, policy=FIRST_USER_WINS)

    assert await people(world) == {
        frozenset({f"cookie_id:{BROWSER}", f"user_id:{ALICE}"}): signed(None) | signed(ALICE),
        frozenset({f"user_id:{BRUNO}"}): signed(BRUNO),
    }
    assert await sessions(world) == [(f"user_id:{ALICE}", 4, 7), (f"user_id:{BRUNO}", 2, 4)]
    assert [one[:2] for one in await collisions(world)] == [
        (f"cookie_id:{BROWSER}", f"user_id:{BRUNO}")
    ]
    await assert_equal_to_ledger(world)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_whatever_comes_first_users_have_what_they_signed(
    world: World, order: Iterable[int]
) -> None:
    batches = requests()
    for number in order:
        await world.ingest(*batches[number], policy=FIRST_USER_WINS)

    found = await people(world)
    assert len(found) == 2
    for user in (ALICE, BRUNO):
        [events] = [one for held, one in found.items() if f"user_id:{user}" in held]
        assert events - signed(None) == signed(user)
    await assert_equal_to_ledger(world)
