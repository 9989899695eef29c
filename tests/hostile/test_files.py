"""Files as nobody should write them: every line is taken or reported, by its number."""

from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.errors import InputError
from app.importing.mapping import ImportMapping
from tests.hostile.answers import good_event
from tests.hostile.corpus import LINES, hostile_events
from tests.hostile.twisting import twisted
from tests.importing.files import HEADER, a_file, a_mapping, orders, run
from tests.living import World
from tests.truth import assert_equal_to_ledger

ROWS = "\n".join([HEADER, *orders(5)]).encode()


async def test_hostile_lines_of_a_file_are_taken_or_reported(world: World, tmp_path: Path) -> None:
    events = [one.encode() for _, batch in hostile_events() for one in batch[::3]]
    lines = [good_event("before"), *LINES, *events, good_event("after")]
    path = a_file(tmp_path / "hostile.ndjson.gz", b"\n".join(lines))

    report = await run(world, path, ImportMapping())

    assert report.events == len(lines)
    await assert_equal_to_ledger(world)
    assert {"before", "after"} <= {entry.event.id for entry in await world.entries()}


@given(data=st.data())
async def test_twisted_rows_are_taken_or_reported(
    world: World, tmp_path: Path, data: st.DataObject
) -> None:
    path = a_file(tmp_path / "twisted.csv", data.draw(twisted(ROWS)))

    with suppress(InputError):
        report = await run(world, path, a_mapping())
        assert report.events <= len(ROWS.splitlines()) + 6


@given(data=st.data())
async def test_twisted_archives_are_taken_or_refused(
    world: World, tmp_path: Path, data: st.DataObject
) -> None:
    whole = a_file(tmp_path / "whole.ndjson.gz", b"\n".join([good_event("a"), good_event("b")]))
    broken = tmp_path / "broken.ndjson.gz"
    broken.write_bytes(data.draw(twisted(whole.read_bytes())))

    with suppress(OSError):
        await run(world, broken, ImportMapping())
