"""Importing again, in another order, and after being interrupted: nothing counts twice."""

import asyncio
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from typing_extensions import override

from app.importing.events import batches, read_events
from app.importing.files import open_lines
from app.importing.progress import Nobody
from app.importing.report import ImportReport
from tests.importing.files import (
    HEADER,
    a_file,
    a_mapping,
    a_table,
    an_event_template,
    orders,
    run,
    spent,
)
from tests.living import World

MANY = 4500
EXACT = {f"u{user}": "90" for user in range(5)}
"""What the five users of ``MANY`` rows spent."""


class After(Nobody):
    """Does something when the first batch was taken."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act

    @override
    def advance(self, read: int, size: int, report: ImportReport) -> None:
        act, self._act = self._act, None
        if act:
            act()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return a_table(tmp_path / "orders.csv", orders(MANY, users=5))


@pytest.mark.parametrize("event_id", [None, "shop-{row}", "{user}/{time}/{row}"])
async def test_the_same_file_twice_and_shuffled_counts_once(
    world: World, tmp_path: Path, event_id: str | None
) -> None:
    # given
    rows = orders(2500, users=5)
    path = a_table(tmp_path / "orders.csv", rows)
    mixed = a_table(tmp_path / "mixed.csv.gz", random.Random(3).sample(rows, len(rows)))
    mapping = a_mapping(an_event_template(id=event_id))

    # when
    reports = [await run(world, one, mapping) for one in (path, mixed, path)]

    # then
    assert [(one.accepted, one.duplicate) for one in reports] == [(2500, 0), (0, 2500), (0, 2500)]
    assert not any(one.warnings for one in reports)
    assert await spent(world) == {f"u{user}": "50" for user in range(5)}


async def test_equal_lines_are_one_event_unless_a_column_tells_them_apart(
    world: World, tmp_path: Path
) -> None:
    line = "u1,2025-06-01T00:00:00Z,1"
    equal = a_file(tmp_path / "equal.csv", f"user,time,amount\n{line}\n{line}\n")
    apart = a_file(tmp_path / "apart.csv", f"{HEADER}\n0,{line}\n1,{line}\n")

    first = await run(world, equal)
    second = await run(world, apart)

    assert (first.accepted, first.duplicate) == (1, 1)
    assert (second.accepted, second.duplicate) == (2, 0)
    assert await spent(world) == {"u1": "3"}


async def test_another_mapping_of_the_same_lines_counts_nothing_again(
    world: World, path: Path
) -> None:
    await run(world, path)
    other = a_mapping(an_event_template(name="order"))
    report = await run(world, path, other)

    assert (report.accepted, report.duplicate) == (0, MANY)
    assert report.warnings == {"CONFLICTING_DUPLICATE": MANY}
    assert await spent(world) == EXACT


async def test_an_import_that_was_stopped_goes_on_where_it_is_run_again(
    world: World, path: Path
) -> None:
    # given
    stop = asyncio.Event()
    stopped = await run(world, path, progress=After(stop.set), stop=stop)
    assert stopped.interrupted
    assert 1000 <= stopped.accepted < MANY

    # when
    again = await run(world, path)

    # then
    assert (again.interrupted, again.duplicate) == (False, stopped.accepted)
    assert again.accepted == MANY - stopped.accepted
    assert await spent(world) == EXACT


async def test_an_import_that_was_cancelled_is_exact_when_run_again(
    world: World, path: Path
) -> None:
    # given
    after = After(lambda: task.cancel("enough"))
    task = asyncio.create_task(run(world, path, progress=after))
    with pytest.raises(asyncio.CancelledError):
        await task

    # when
    again = await run(world, path)

    # then
    assert again.events == MANY
    assert len(await world.entries()) == MANY
    assert await spent(world) == EXACT


async def test_two_imports_of_the_same_file_at_once_count_once(world: World, path: Path) -> None:
    worlds = (world, world.another_process())
    reports = await asyncio.gather(*(run(one, path) for one in worlds))

    assert sum(one.accepted for one in reports) == MANY
    assert await spent(world) == EXACT


def test_reading_holds_no_more_than_the_batch_at_hand(tmp_path: Path) -> None:
    path = a_table(tmp_path / "orders.csv.gz", orders(20_000))
    tracemalloc.start()
    with open_lines(path) as lines:
        read = sum(len(batch.events) for batch in batches(read_events(path, lines, a_mapping())))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert read == 20_000
    assert peak < 4 * 1024 * 1024, "a batch takes about 1 MiB, the file would take 20"
