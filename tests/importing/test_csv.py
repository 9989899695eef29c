"""CSV files: what their rows become, and what is said about rows that become nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.events.model import Event
from app.importing.mapping import IdentifierTemplate, TimeFormat
from tests.building import NOON
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


async def test_columns_become_the_fields_of_an_event(world: World, tmp_path: Path) -> None:
    # given
    event = an_event_template(
        id="shop-{row}",
        type="{kind}",
        name="{page}",
        sequence="{row}",
        cookie_id="{cookie}",
        identifiers=[
            IdentifierTemplate(type="crm", value="{crm}"),
            IdentifierTemplate(type="email", value="{mail}"),
        ],
        user={"email": "{mail}", "plan": "pro"},
        account={"id": "{company}", "name": "Company {company}"},
        session_id="s-{row}",
        context={"geo": {"city": "{city}"}, "device": {"type": "desktop"}},
        properties={"revenue": "{amount * price}", "page": {"url": "https://x{page}"}, "one": 1},
    )
    header = "row,kind,page,user,cookie,crm,mail,company,city,amount,price,time"
    row = "7,VIEW,/home,u1,c1,,a@b.example,acme,Porto,3,0.35,01.06.2025 14:30"
    path = a_table(tmp_path / "orders.csv", [row], header)
    time = TimeFormat(format="%d.%m.%Y %H:%M", zone="Europe/Berlin")

    # when
    report = await run(world, path, a_mapping(event, time=time))

    # then
    (entry,) = await world.entries()
    assert (report.accepted, report.events) == (1, 1)
    assert entry.event == Event(
        id="shop-7",
        type="VIEW",
        time=datetime(2025, 6, 1, 12, 30, tzinfo=UTC),
        received_at=NOON,
        name="/home",
        sequence=7,
        identifiers=("user_id:u1", "cookie_id:c1", "email:a@b.example"),
        account_id="acme",
        session_id="s-7",
        user={"email": "a@b.example", "plan": "pro"},
        account={"id": "acme", "name": "Company acme"},
        context={"geo": {"city": "Porto"}, "device": {"type": "desktop"}},
        properties={"revenue": "1.05", "page": {"url": "https://x/home"}, "one": 1},
    )


async def test_empty_cells_say_nothing(world: World, tmp_path: Path) -> None:
    event = an_event_template(
        cookie_id="{row}",
        sequence="{seq}",
        anonymous_tracking="{anonymous}",
        identifiers=[IdentifierTemplate(type="crm", value="{user}")],
    )
    row = ",NA,2025-06-01T00:00:00Z,n/a,7,"
    path = a_table(tmp_path / "orders.csv", [row], "seq,user,time,amount,row,anonymous")

    report = await run(world, path, a_mapping(event, empty=["NA", "n/a"]))

    (entry,) = await world.entries()
    assert not report.warnings
    assert entry.event.identifiers == ("cookie_id:7",)
    assert (entry.event.sequence, entry.event.properties) == (None, {})


async def test_bom_crlf_blank_lines_and_quotes_lose_no_row(world: World, tmp_path: Path) -> None:
    # given
    lines = [
        f"\ufeff{HEADER}",
        "",
        '0,"Lee, Ann",2025-06-01T00:00:00Z,"1"',
        "   ",
        '1,"two\r\nlines",2025-06-01T00:00:00Z,2',
        '2,"say ""hi""",2025-06-01T00:00:00Z,3',
        "3,O'Neil 5\",2025-06-01T00:00:00Z,4",
        "",
        "4,late",
        "5,ok,2025-06-01T00:00:00Z,5",
    ]
    path = a_file(tmp_path / "orders.csv", "\r\n".join(lines))
    event = an_event_template(user_id=None, cookie_id="{row}", name="{user}")

    # when
    report = await run(world, path, a_mapping(event, attributes=[]))

    # then
    names = sorted(str(one.event.name) for one in await world.entries())
    assert names == ["Lee, Ann", "O'Neil 5\"", "ok", 'say "hi"', "two\r\nlines"]
    assert [(one.line, one.message) for one in report.rejected_lines] == [
        (10, "line: it has 2 cells where the header has 4."),
    ]


@pytest.mark.parametrize("name", ["orders.csv", "orders.csv.gz", "orders.csv.xz", "ORDERS.CSV.XZ"])
async def test_packed_files_are_read_as_they_are(world: World, tmp_path: Path, name: str) -> None:
    report = await run(world, a_table(tmp_path / name, orders(70)))
    assert (report.accepted, report.duplicate, report.rejected) == (70, 0, {})
    assert await spent(world) == {f"u{user}": "1" for user in range(7)}


async def test_rejected_rows_are_told_by_line_and_the_others_are_taken(
    world: World, tmp_path: Path
) -> None:
    # given
    good = "9,u1,2025-06-01T00:00:00Z,1"
    rows = [
        good,
        "1,u1,yesterday,1",
        ",u1,2025-06-01T00:00:00Z,1",
        "two,u1,2025-06-01T00:00:00Z,1",
        "99999999999,u1,2025-06-01T00:00:00Z,1",
        '3,"u"1,2025-06-01T00:00:00Z,1',
        "4,u\udcff,2025-06-01T00:00:00Z,1",
        f"5,{'u' * 1024 * 1024},2025-06-01T00:00:00Z,1",
        f'6,"{"u" * 200_000}",2025-06-01T00:00:00Z,1',
        f"{good},1",
        "10,u2,2025-06-01T00:00:00Z,1",
        '11,"never closed,2025-06-01T00:00:00Z,1',
    ]
    text = "\n".join([HEADER, *rows]).encode(errors="surrogateescape")
    event = an_event_template(id="{row}", sequence="{row}")

    # when
    report = await run(world, a_file(tmp_path / "orders.csv", text), a_mapping(event))

    # then
    assert [tuple(one) for one in report.rejected_lines] == [
        (3, "EVENT_REJECTED", 'time: "yesterday" is not of the format iso.'),
        (4, "EVENT_REJECTED", "id: a cell that it is made of is empty."),
        (5, "EVENT_REJECTED", "sequence: Expected `int | null`, got `str`."),
        (6, "EVENT_REJECTED", "sequence: Expected `int` <= 2147483647."),
        (7, "EVENT_REJECTED", "line: it is no CSV: ',' expected after '\"'."),
        (8, "EVENT_REJECTED", "line: it is not utf-8 text."),
        (9, "EVENT_TOO_LARGE", "line is over the limit of 1024 KiB."),
        (10, "EVENT_REJECTED", "line: it is no CSV: field larger than field limit (131072)."),
        (11, "EVENT_REJECTED", "line: it has 5 cells where the header has 4."),
        (13, "EVENT_REJECTED", "line: it is no CSV: unexpected end of data."),
    ]
    assert report.rejected == {"EVENT_REJECTED": 9, "EVENT_TOO_LARGE": 1}
    assert (report.accepted, report.duplicate, report.events) == (2, 0, 12)
    assert await spent(world) == {"u1": "1", "u2": "1"}


async def test_warnings_are_counted_with_their_first_line(world: World, tmp_path: Path) -> None:
    rows = [
        "0,u1,2025-06-01T00:00:00Z,1",
        "1,null,2025-06-01T00:00:00Z,1",
        "2,u1,2025-06-01T00:00:00Z,a lot",
        "3,guest,2025-06-01T00:00:00Z,1",
        "4,u1,2030-06-01T00:00:00Z,1",
    ]
    report = await run(world, a_table(tmp_path / "orders.csv", rows))

    assert report.accepted == 5
    assert report.warnings == {"IDENTIFIER_REFUSED": 2, "VALUE_REFUSED": 1, "TIME_CORRECTED": 1}
    assert {code: line for code, (line, _) in report.examples.items()} == {
        "IDENTIFIER_REFUSED": 3,
        "VALUE_REFUSED": 4,
        "TIME_CORRECTED": 6,
    }
    assert await spent(world) == {"u1": "2"}


async def test_a_product_that_cannot_be_made_is_a_warning(world: World, tmp_path: Path) -> None:
    event = an_event_template(properties={"amount": "{amount * row}"})
    rows = ["2,u1,2025-06-01T00:00:00Z,0.35", "3,u1,2025-06-01T00:00:00Z,few"]
    report = await run(world, a_table(tmp_path / "orders.csv", rows), a_mapping(event))

    assert report.examples == {"VALUE_REFUSED": (3, '"few * 3" is not a number.')}
    assert await spent(world) == {"u1": "0.7"}


async def test_other_encodings_and_delimiters_are_declared(world: World, tmp_path: Path) -> None:
    text = f"{HEADER}\n0,José,2025-06-01T00:00:00Z,1\n".replace(",", ";").encode("latin-1")
    mapping = a_mapping(delimiter=";", encoding="latin-1")
    await run(world, a_file(tmp_path / "orders.csv", text), mapping)
    assert await spent(world) == {"José": "1"}


async def test_a_header_alone_is_no_event(world: World, tmp_path: Path) -> None:
    report = await run(world, a_file(tmp_path / "orders.csv", HEADER))
    assert (report.events, report.attributes) == (0, ["spent"])
