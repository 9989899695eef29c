"""Taking a profile apart gives what would have been, had no event named both sides."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.errors import UnmergeRefusedError
from app.events.wire import EventInput
from app.identity.model import principal
from app.identity.resolve import Groups
from app.profiles.model import Fold
from tests.auditing import assert_audit_finds_nothing
from tests.building import about
from tests.living import World
from tests.truth import assert_equal_to_ledger

NAMES = ["user_id:u1", "user_id:u2", "cookie_id:c1", "cookie_id:c2", "x:1", "x:2"]
named = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(tuple)
histories = st.lists(named, min_size=2, max_size=12)
splits = st.sets(st.sampled_from(NAMES), min_size=1, max_size=3)

Named = tuple[str, ...]


def sent(history: list[Named], first: int = 0) -> list[EventInput]:
    """An event with a value and a session for each of these."""
    return [
        about(
            f"e{number}",
            *one,
            time=number % 4,
            session_id=f"s{number % 3}",
            account={"id": f"a{number % 2}"},
            properties={"revenue": number, "session_custom_dimension_1": f"d{number % 5}"},
        )
        for number, one in enumerate(history, first)
    ]


def without_the_other_side(identifiers: Named, held: frozenset[str], split: set[str]) -> Named:
    """What an event names, had it never named both sides of a profile."""
    if not held & set(identifiers):
        return identifiers
    goes = principal(identifiers) in split
    return tuple(one for one in identifiers if (one in split) == goes)


async def unmerge(world: World, profile: str, leaving: set[str]) -> None:
    """Take these identifiers out, if some are left then."""
    with suppress(UnmergeRefusedError):
        await world.services.unmerging.unmerge(profile, sorted(leaving), now=world.clock.now)


async def emptied(world: World) -> World:
    await world.forget()
    await world.database["lanes"].delete_many({})
    return world.another_process()


async def content(world: World) -> dict[frozenset[str], tuple[Any, Any]]:
    """What is known of everybody, by identifiers: attributes, accounts and sessions."""
    folds, sessions = await world.folds(), await world.living("sessions")
    held = {profile: fold.identifiers for profile, fold in folds.items()}
    visits: dict[frozenset[str], dict[str, Any]] = {one: {} for one in held.values()}
    for one in sessions:
        visits[held[one["profile"]]][one["session_id"]] = one["attributes"]
    return {
        fold.identifiers: (_without_times(fold), visits[fold.identifiers])
        for fold in folds.values()
    }


def _without_times(fold: Fold) -> Fold:
    return replace(fold, processed=None)


@settings(phases=[Phase.explicit, Phase.generate])  # ids differ: no shrinking
@given(history=histories, later=histories, split=splits, data=st.data())
async def test_each_side_is_what_it_would_have_been(
    world: World,
    history: list[Named],
    later: list[Named],
    split: set[str],
    data: st.DataObject,
) -> None:
    fresh = await emptied(world)
    await fresh.ingest(*sent(history))
    chosen = data.draw(
        st.sampled_from(sorted((await fresh.folds()).items(), key=lambda one: one[0]))
    )
    profile, fold = chosen
    leaving = split & fold.identifiers
    at_once = data.draw(st.booleans())
    unmerging = unmerge(fresh, profile, leaving)
    if at_once:
        await asyncio.gather(unmerging, fresh.another_process().ingest(*sent(later, 100)))
    else:
        await unmerging
        await fresh.ingest(*sent(later, 100))

    is_apart = 0 < len(leaving) < len(fold.identifiers)
    await assert_equal_to_ledger(fresh)
    await assert_audit_finds_nothing(fresh)
    found = await content(fresh)
    if is_apart:
        assert not any(held & leaving and held & (fold.identifiers - leaving) for held in found)
    stripped = [without_the_other_side(one, fold.identifiers, leaving) for one in history]
    beyond = [one for one in later if (told := fold.identifiers & set(one)) and told != set(one)]
    if is_apart and not at_once and not beyond and connects(stripped, fold.identifiers, leaving):
        oracle = await emptied(world)
        await oracle.ingest(*sent(stripped))
        stripped = [without_the_other_side(one, fold.identifiers, leaving) for one in later]
        await oracle.ingest(*sent(stripped, 100))
        assert found == await content(oracle)


def connects(history: list[Named], held: frozenset[str], leaving: set[str]) -> bool:
    """Whether these events make each side one profile: they stay one each whatever joined them."""
    groups = Groups()
    for identifiers in history:
        groups.join(identifiers)
    members = set(map(frozenset, groups.members().values()))
    return {frozenset(leaving), held - leaving} <= members
