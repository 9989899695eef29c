"""Segments that are changed at the same time: what is saved always has a meaning."""

import asyncio
from typing import Any

import pytest

from app.attributes.model import ProfileKind
from app.errors import InputError
from app.segments.segment import Definition, NewSegment, Segment, segment_id_of
from app.segments.segment_service import SegmentService
from tests.building import NOON
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
