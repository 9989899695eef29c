"""What cannot be imported is said before anything is changed."""

import lzma
from pathlib import Path

import pytest

from app.aggregation.monoids import Aggregation
from app.errors import InputError, MappingError
from app.importing.mapping import DeclaredAttribute, ImportMapping, TimeFormat
from app.values import DataType
from tests.importing.files import (
    HEADER,
    SPENT,
    a_file,
    a_mapping,
    a_table,
    an_event_template,
    orders,
    run,
    spent,
)
from tests.living import World

CLICKS = DeclaredAttribute(
    name="clicks", data_type=DataType.NUMBER, aggregation=Aggregation.SUM, event_field="clicks"
)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (
            a_mapping(an_event_template(cookie_id="{cookie}")),
            'event.cookieId: the file has no column "cookie"; it has row, user, time, amount.',
        ),
        (
            a_mapping(an_event_template(context={"geo": {"city": "{City}"}})),
            'event.context.geo.city: the file has no column "City"',
        ),
        (
            a_mapping(an_event_template(properties={"x": "{amount * price}"})),
            'event.properties.x: the file has no column "price"',
        ),
        (
            a_mapping(an_event_template(type="PURCHASE")),
            'event.type: "PURCHASE" is none of VIEW, ACTION, ERROR, RESOURCE, LONG_TASK, CUSTOM.',
        ),
        (a_mapping(time=TimeFormat(zone="Nowhere")), 'time.zone: "Nowhere" is no IANA time zone.'),
        (ImportMapping(attributes=[SPENT]), "event: a CSV file needs to know which column is what"),
        (
            a_mapping(
                attributes=[
                    CLICKS,
                    DeclaredAttribute(
                        name="email", data_type=DataType.STRING, aggregation=Aggregation.LIST
                    ),
                ]
            ),
            "attributes[1] email: it exists as STRING LAST, not STRING LIST.",
        ),
        (
            a_mapping(
                attributes=[
                    DeclaredAttribute(
                        name="email",
                        data_type=DataType.STRING,
                        aggregation=Aggregation.LAST,
                        event_field="user..email",
                    )
                ]
            ),
            "attributes[0] email: eventField: an event field is 1 to 255 characters",
        ),
        (
            a_mapping(
                attributes=[
                    DeclaredAttribute(
                        name="a b", data_type=DataType.STRING, aggregation=Aggregation.SUM
                    )
                ]
            ),
            "attributes[0] a b: name: a name is 1 to 255 letters, digits, underscores and hyphens.",
        ),
    ],
)
async def test_a_mapping_that_cannot_be_used_changes_nothing(
    world: World, tmp_path: Path, mapping: ImportMapping, message: str
) -> None:
    path = a_table(tmp_path / "orders.csv", orders(1))
    before = await world.services.attributes.current()

    with pytest.raises(MappingError) as refused:
        await run(world, path, mapping)

    assert str(refused.value).startswith(message)
    assert await world.entries() == []
    assert await world.services.attributes.current() is before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "file: it is empty; the first line names the columns."),
        (b"\r\n\r\n", "file: it is empty"),
        (b"caf\xe9,user\n", "file: its first line names no columns: line: it is not utf-8 text."),
        (b"a,user,user\n", 'event.userId: the file has more than one column "user".'),
    ],
)
async def test_a_header_that_cannot_be_used_is_named(
    world: World, tmp_path: Path, text: bytes, message: str
) -> None:
    template = an_event_template(time="2025-06-01", properties=None)
    with pytest.raises(MappingError) as refused:
        await run(world, a_file(tmp_path / "orders.csv", text), a_mapping(template))
    assert str(refused.value).startswith(message)


async def test_json_lines_need_no_columns(world: World, tmp_path: Path) -> None:
    with pytest.raises(MappingError) as refused:
        await run(world, a_file(tmp_path / "a.ndjson", "{}"), a_mapping())
    assert str(refused.value) == "event: the lines of this file are events already."


@pytest.mark.parametrize("name", ["orders.xlsx", "orders", "orders.csv.zip", "orders.gz"])
async def test_a_file_is_known_by_its_ending(world: World, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as refused:
        await run(world, a_file(tmp_path / name, HEADER))
    assert str(refused.value).startswith(f"{name}: a file to import ends in .csv, .ndjson")


async def test_a_file_that_is_not_there_is_named(world: World, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.csv"):
        await run(world, tmp_path / "nothing.csv")


@pytest.mark.parametrize("name", ["orders.csv.xz", "orders.csv.gz"])
async def test_a_damaged_file_is_told_and_counts_once_when_it_is_mended(
    world: World, tmp_path: Path, name: str
) -> None:
    whole = a_table(tmp_path / name, orders(3000, users=5)).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(OSError, match=f"{name} is damaged after line [0-9]+: "):
        await run(world, tmp_path / name)

    (tmp_path / name).write_bytes(whole)
    report = await run(world, tmp_path / name)

    assert report.events == 3000
    assert await spent(world) == {f"u{user}": "60" for user in range(5)}


async def test_what_is_not_packed_at_all_is_told(world: World, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.xz"
    path.write_bytes(HEADER.encode())
    with pytest.raises(OSError, match="is damaged after line 0"):
        await run(world, path)
    with pytest.raises(lzma.LZMAError):
        lzma.decompress(path.read_bytes())


async def test_attributes_that_are_there_already_are_left_alone(
    world: World, tmp_path: Path
) -> None:
    path = a_table(tmp_path / "orders.csv", orders(10, users=1))
    first, second = await run(world, path), await run(world, path)
    assert (first.attributes, second.attributes) == (["spent"], [])


async def test_attributes_that_are_declared_later_are_filled_from_what_is_stored(
    world: World, tmp_path: Path
) -> None:
    path = a_table(tmp_path / "orders.csv", orders(10, users=1))
    await run(world, path, a_mapping(attributes=[]))
    report = await run(world, path)
    assert (report.accepted, report.attributes) == (0, ["spent"])
    assert await spent(world) == {"u0": "1"}
