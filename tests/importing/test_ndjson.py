"""NDJSON files: lines that are events already."""

from pathlib import Path

import pytest

from app.importing.mapping import ImportMapping
from tests.importing.files import SPENT, a_file, run, spent
from tests.living import World

MAPPING = ImportMapping(source="shop", attributes=[SPENT])


def _line(user: str = "u1", amount: float = 0.1, event_id: str = "") -> str:
    given = f'"id":"{event_id}",' if event_id else ""
    return (
        f'{{{given}"type":"CUSTOM","time":"2025-06-01T00:00:00Z","userId":"{user}",'
        f'"properties":{{"amount":{amount}}}}}'
    )


@pytest.mark.parametrize("name", ["a.ndjson", "a.jsonl", "a.ndjson.gz", "a.jsonl.xz"])
async def test_lines_are_events(world: World, tmp_path: Path, name: str) -> None:
    lines = [f"\ufeff{_line('u1')}", "", _line("u2", 0.2), "  ", _line("u1", 0.2, "e1")]
    report = await run(world, a_file(tmp_path / name, "\r\n".join(lines)), MAPPING)

    assert (report.accepted, report.duplicate, report.rejected) == (3, 0, {})
    assert await spent(world) == {"u1": "0.3", "u2": "0.2"}


async def test_rejected_lines_are_told_and_the_others_are_taken(
    world: World, tmp_path: Path
) -> None:
    # given
    lines = [
        _line(),
        "{",
        "",
        '{"type":"CUSTOM"}',
        f'{{"type":"CUSTOM","x":"{"y" * 1024 * 1024}"}}',
        '{"type":"CUSTOM","time":"2025-06-01T00:00:00Z","id":"","userId":"u1"}',
        _line("u2"),
        '{"type":"PURCHASE","time":"2025-06-01T00:00:00Z"}',
    ]

    # when
    report = await run(world, a_file(tmp_path / "a.ndjson", "\n".join(lines)), MAPPING)

    # then
    assert [(one.line, one.code) for one in report.rejected_lines] == [
        (2, "EVENT_REJECTED"),
        (4, "EVENT_REJECTED"),
        (5, "EVENT_TOO_LARGE"),
        (6, "EVENT_REJECTED"),
        (8, "EVENT_REJECTED"),
    ]
    assert report.rejected_lines[3].message == "id: an id is not empty."
    assert await spent(world) == {"u1": "0.1", "u2": "0.1"}


async def test_lines_without_an_id_count_once_however_often_they_come(
    world: World, tmp_path: Path
) -> None:
    path = a_file(tmp_path / "a.ndjson", "\n".join([_line("u1"), _line("u2"), _line("u1")]))
    first, second = await run(world, path, MAPPING), await run(world, path, MAPPING)

    assert (first.accepted, first.duplicate) == (2, 1)
    assert (second.accepted, second.duplicate) == (0, 3)
    assert await spent(world) == {"u1": "0.1", "u2": "0.1"}


async def test_no_mapping_is_needed(world: World, tmp_path: Path) -> None:
    report = await run(world, a_file(tmp_path / "a.ndjson", _line()), ImportMapping())
    (entry,) = await world.entries()
    assert report.accepted == 1
    assert entry.event.id.startswith("import:")
