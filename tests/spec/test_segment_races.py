"""Segments that are changed at the same time: what is saved always has a meaning."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.attributes.model import ProfileKind
from app.errors import InputError
from app.segments.errors import SegmentInUseError
from app.segments.membership import Refreshed
from app.segments.refreshing import CLAIM
from app.segments.segment import Definition, NewSegment, Segment, segment_id_of
from app.segments.segment_repository import SegmentRepository
from app.segments.segment_service import SegmentService
from tests.building import NOON, about
from tests.living import World
from tests.performing import CART, performed, step

CARTS = performed(step(CART))


async def save(segments: SegmentService, key: str, condition: Any = CARTS) -> Segment:
    new = NewSegment(ProfileKind.USER, key, Definition(condition))
    return await segments.create(new, now=NOON, segment_id=key)


def using(key: str) -> Definition:
    return Definition({"and": [{"segment": segment_id_of(key)}, CARTS]})


@pytest.mark.parametrize("turns", range(6))
async def test_two_that_would_be_made_of_each_other_are_not_both_saved(
    world: World, turns: int
) -> None:
    one, other = (world.another_process().services.segments for _ in range(2))
    await save(one, "a")
    await save(one, "b")

    async def late() -> Segment:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await other.update("b", {"source": using("a")}, now=NOON)

    done = await asyncio.gather(
        one.update("a", {"source": using("b")}, now=NOON), late(), return_exceptions=True
    )

    assert any(isinstance(result, InputError) for result in done)
    saved = await one.closure(["a", "b"])
    uses = {key: segment.source.uses for key, segment in saved.items()}
    assert uses != {"a": ("b",), "b": ("a",)}


@pytest.mark.parametrize("turns", range(8))
async def test_segment_is_not_deleted_while_another_one_begins_to_use_it(
    world: World, turns: int
) -> None:
    one, other = (world.another_process().services.segments for _ in range(2))
    await save(one, "used")

    async def late() -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        await other.delete("used", now=NOON)

    new = NewSegment(ProfileKind.USER, "user", using("used"))
    await asyncio.gather(
        one.create(new, now=NOON, segment_id="user"), late(), return_exceptions=True
    )

    saved = await one.by_ids(["used", "user"])
    assert "user" not in saved or "used" in saved


async def test_of_two_changes_of_one_version_one_is_told(world: World) -> None:
    segments = world.services.segments
    await save(segments, "a")
    await save(segments, "b")

    done = await asyncio.gather(
        *(segments.update("a", {"source": using("b")}, now=NOON, onto=1) for _ in range(2)),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in done) == ["Segment", "SegmentChangedError"]
    [saved] = (await segments.by_ids(["a"])).values()
    assert saved.version == 2


async def test_changes_of_different_fields_at_once_are_all_kept(world: World) -> None:
    one, other = (world.another_process().services.segments for _ in range(2))
    await save(one, "a")

    await asyncio.gather(
        one.update("a", {"name": "Carts"}, now=NOON),
        other.update("a", {"description": "in the last week"}, now=NOON),
        other.update("a", {"source": Definition({"not": CARTS})}, now=NOON),
    )

    [saved] = (await one.by_ids(["a"])).values()
    assert (saved.name, saved.description) == ("Carts", "in the last week")
    assert saved.source == Definition({"not": CARTS})


async def test_change_of_a_name_is_of_the_version_that_was_seen(world: World) -> None:
    one, other = (world.another_process().services.segments for _ in range(2))
    await save(one, "a")

    renamed, replaced = await asyncio.gather(
        one.update("a", {"name": "late"}, now=NOON, onto=1),
        other.update("a", {"source": Definition({"not": CARTS})}, now=NOON, onto=1),
        return_exceptions=True,
    )

    [saved] = (await one.by_ids(["a"])).values()
    assert isinstance(replaced, Segment)
    assert saved.name == ("late" if isinstance(renamed, Segment) else "a")


async def test_deletion_that_another_one_gave_up_deletes_nothing(world: World) -> None:
    """The one who gave up saw a user; for the other the segment had none yet."""
    segments, repository = world.services.segments, SegmentRepository(world.database)
    await save(segments, "used")
    _, mark = await repository.mark_leaving("used", now=NOON) or (None, None)
    user = replace(await save(segments, "user"), source=using("used"))
    await repository.replace_source(user.id, user.source, {}, now=NOON, onto=user.version)

    with pytest.raises(SegmentInUseError):
        await segments.delete("used", now=NOON)

    assert not await repository.delete("used", mark)


async def begin_to_delete(world: World, key: str) -> None:
    """What is left of a process that dies before it has deleted the segment."""
    await SegmentRepository(world.database).mark_leaving(key, now=world.clock.now)


async def test_deletion_that_died_is_finished(world: World) -> None:
    segments = world.services.segments
    await save(segments, "a")
    await begin_to_delete(world, "a")

    await world.services.rows.sweep()
    assert "a" in await segments.by_ids(["a"])
    world.clock.advance(minutes=2)
    await world.services.rows.sweep()

    assert await segments.by_ids(["a"]) == {}


async def test_deletion_that_died_leaves_a_segment_that_is_used(world: World) -> None:
    segments = world.services.segments
    await save(segments, "a")
    await save(segments, "b", using("a").condition)
    await begin_to_delete(world, "a")
    world.clock.advance(minutes=2)

    await world.services.rows.sweep()

    await save(segments, "c", using("a").condition)
    assert set(await segments.by_ids(["a", "b", "c"])) == {"a", "b", "c"}


@pytest.mark.parametrize("turns", range(0, 48, 3))
async def test_refresh_that_is_overtaken_writes_no_more(world: World, turns: int) -> None:
    """The first one may have found people who are in the segment no more."""
    one, other = (world.another_process().services for _ in range(2))
    await save(one.segments, "a")
    for name in ("ana", "bob"):
        await world.ingest(about(None, f"user_id:{name}", **CART))

    async def later() -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        await other.segments.update("a", {"source": Definition({"not": CARTS})}, now=NOON)
        world.clock.advance(minutes=1)
        await other.refreshing.refresh("a")

    await asyncio.gather(one.refreshing.refresh("a"), later(), return_exceptions=True)

    stays = await world.documents("segment_members")
    assert [stay["left"] for stay in stays if stay["left"] != world.clock.now] == []
    [saved] = (await one.segments.by_ids(["a"])).values()
    assert saved.refreshing.last
    assert saved.refreshing.last.at == world.clock.now


async def test_schedule_that_ends_during_a_refresh_stays_ended(world: World) -> None:
    new = NewSegment(ProfileKind.USER, "a", Definition(CARTS), refresh_every=timedelta(hours=1))
    await world.services.segments.create(new, now=NOON, segment_id="a")
    repository = SegmentRepository(world.database)
    claimed = await repository.claim_due(now=NOON, until=CLAIM)
    assert claimed

    await world.services.segments.update("a", {"refresh_every": None}, now=NOON)
    await repository.refreshed(claimed, Refreshed(NOON, 0, NOON))

    assert await repository.claim_due(now=NOON + timedelta(days=1), until=CLAIM) is None


@pytest.mark.parametrize("turns", range(0, 60, 4))
async def test_refresh_remembers_nobody_who_is_erased_meanwhile(world: World, turns: int) -> None:
    one, other = (world.another_process().services for _ in range(2))
    await save(one.segments, "a")
    await world.ingest(about(None, "user_id:ana", **CART))
    [ana] = await world.documents("profiles")

    async def late() -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        await other.erasure.erase(ana["_id"], now=world.clock.now)

    await asyncio.gather(one.refreshing.refresh("a"), late())

    assert await world.documents("segment_members") == []
