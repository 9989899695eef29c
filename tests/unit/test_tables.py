"""CSV files as other programs write them, and as they should not."""

import csv
import tracemalloc
from collections.abc import Iterator
from io import BytesIO, RawIOBase

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import Buffer, override

from app.errors import RowInvalidError, TableInvalidError
from app.tables.rows import MAX_SPAN, Table
from app.tables.text import MAX_LINE


def table_of(text: str | bytes, *, expected: str = "id", delimiter: str | None = None) -> Table:
    """The table of a file."""
    content = text if isinstance(text, bytes) else text.encode()
    return Table(BytesIO(content), expected=expected, delimiter=delimiter)


def read(text: str | bytes, **options: str) -> list[tuple[int, list[str] | str]]:
    """Every row: its line, and its cells or what is wrong with it."""
    return [
        (line, row if isinstance(row, list) else str(row))
        for line, row in table_of(text, **options)
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id,name\n1,a\n2,b\n", [(2, ["1", "a"]), (3, ["2", "b"])]),
        ("id,name\n1,a\n2,b", [(2, ["1", "a"]), (3, ["2", "b"])]),
        ("id,name\r\n1,a\r\n2,b\r\n", [(2, ["1", "a"]), (3, ["2", "b"])]),
        ("id,name\r1,a\r2,b\r", [(2, ["1", "a"]), (3, ["2", "b"])]),
        ('id,name\n1,"Smith, Ann"\n', [(2, ["1", "Smith, Ann"])]),
        ('id,name\n1,"say ""hi"""\n', [(2, ["1", 'say "hi"'])]),
        ('id,name\n1,"two\nlines"\n2,b\n', [(2, ["1", "two\nlines"]), (4, ["2", "b"])]),
        ('id,name\r\n1,"two\r\nlines"\r\n2,b\r\n', [(2, ["1", "two\r\nlines"]), (4, ["2", "b"])]),
        ("\n \nid,name\n\n1,a\n  \n\n2,b\n\n", [(5, ["1", "a"]), (8, ["2", "b"])]),
        ("id,name\n,\n , \n1,\n", [(4, ["1", ""])]),
        ("id, name\n1, a\n", [(2, ["1", "a"])]),
        ('id, name\n1, "a, b"\n', [(2, ["1", "a, b"])]),
        ("id\n1\n2\n", [(2, ["1"]), (3, ["2"])]),
        ("id,name\n", []),
        ("id", []),
    ],
)
def test_row_is_read_with_its_line(text: str, rows: object) -> None:
    assert read(text) == rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_unicode_is_read_whatever_its_mark(encoding: str, end: str) -> None:
    text = end.join(["id,name", "1,Zoë 😀", "2,Łucja", ""])
    assert read(text.encode(encoding)) == [(2, ["1", "Zoë 😀"]), (3, ["2", "Łucja"])]


def test_either_order_of_bytes_is_read() -> None:
    big_endian = b"\xfe\xff" + "id,name\n1,é\n".encode("utf-16-be")
    assert read(big_endian) == [(2, ["1", "é"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_found(delimiter: str) -> None:
    table = table_of(f"id{delimiter}name\n1{delimiter}a\n")
    assert (table.columns, list(table)) == (["id", "name"], [(2, ["1", "a"])])


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("id;last, first;a, b, c", ["id", "last, first", "a, b, c"]),  # by the expected column
        ("number,a;b", ["number", "a;b"]),  # without it by the most columns, the comma first
        ('"id,x";name', ["id,x", "name"]),
        ("id", ["id"]),
    ],
)
def test_delimiter_is_the_one_that_gives_the_expected_column(
    header: str, columns: list[str]
) -> None:
    assert table_of(header).columns == columns


def test_delimiter_that_is_given_is_not_questioned() -> None:
    assert table_of("id,name;more\n", delimiter=";").columns == ["id,name", "more"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "id,name\n1\n2,b\n",
            [(2, "it has 1 cells where the header has 2."), (3, ["2", "b"])],
        ),
        (
            "id,name\n1,a,\n2,b\n",
            [(2, "it has 3 cells where the header has 2."), (3, ["2", "b"])],
        ),
        ("id\n\x00\n2\n", [(2, "it has a NUL byte, which no text has."), (3, ["2"])]),
        (b"id\n\xe9\n2\n", [(2, "it is not UTF-8 text."), (3, ["2"])]),
        (b"id\n\xed\xa0\x80\n2\n", [(2, "it is not UTF-8 text."), (3, ["2"])]),
        ("id\n1\n".encode("utf-16") + b"\x00", [(2, ["1"]), (3, "it is not UTF-16 text.")]),
        (
            'id,name\n1,"a"b\n2,b\n',
            [(2, "it is no CSV: ',' expected after '\"'."), (3, ["2", "b"])],
        ),
    ],
)
def test_row_that_cannot_be_read_is_refused_alone(text: str | bytes, rows: object) -> None:
    assert read(text) == rows


def test_quote_that_is_never_closed_takes_no_rows_with_it() -> None:
    assert read('id,name\n1,"a\n2,b\n3,c\n') == [
        (2, "a quote that opens in it is never closed."),
        (3, ["2", "b"]),
        (4, ["3", "c"]),
    ]


def test_quote_that_is_closed_by_another_row_takes_no_rows_with_it() -> None:
    assert read('id,name\n1,"a\n2,b\n3,"c"\n4,d\n') == [
        (2, "it is no CSV: ',' expected after '\"'."),
        (3, ["2", "b"]),
        (4, ["3", "c"]),
        (5, ["4", "d"]),
    ]


def test_quote_that_is_closed_far_away_takes_no_rows_with_it() -> None:
    many = [f"{number},x" for number in range(3, 203)]
    rows = read("\n".join(["id,name", '2,"a', *many, '203,b"', "204,c"]))

    assert rows[0] == (2, f"a quote that opens in it is not closed within {MAX_SPAN} lines.")
    assert rows[1:-2] == [(number, [str(number), "x"]) for number in range(3, 203)]
    assert rows[-2:] == [(203, ["203", 'b"']), (204, ["204", "c"])]


def test_line_inside_a_quote_that_is_no_text_is_refused_once_more_alone() -> None:
    assert [line for line, row in read(b'id,name\n1,"a\n\xff"\n3,c\n') if isinstance(row, str)] == [
        2,
        3,
    ]


def test_cell_may_be_long_but_not_endless() -> None:
    [row, (line, refused)] = read(f"id\n{'x' * 131_072}\n{'x' * 131_073}\n")
    assert row == (2, ["x" * 131_072])
    assert (line, refused) == (3, "a cell is longer than 131,072 characters.")


def test_line_without_end_is_refused_and_passed_over() -> None:
    rows = read("id\n" + "x" * (3 * MAX_LINE) + "\n2\n")
    assert rows == [(2, "it is longer than 1,048,576 characters."), (3, ["2"])]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty; its first line names the columns."),
        (" \n\n\n", "it is empty; its first line names the columns."),
        (b"\xef\xbb\xbf", "it is empty; its first line names the columns."),
        (b"\n\xff\n", "line 2, which names the columns: it is not UTF-8 text."),
        ("i\x00d\n", "line 1, which names the columns: it has a NUL byte, which no text has."),
        ('"id\n1\n', "line 1, which names the columns: a quote that opens in it is never closed."),
        (",".join(["id"] * 1001), "it has more than 1,000 columns."),
    ],
)
def test_file_without_a_header_is_refused(text: str | bytes, problem: str) -> None:
    with pytest.raises(TableInvalidError) as refused:
        table_of(text)
    assert str(refused.value) == problem


def test_column_that_is_missing_is_told_with_those_there_are() -> None:
    with pytest.raises(TableInvalidError) as refused:
        table_of("ID,name\n").index_of("id")
    assert str(refused.value) == 'the column "id" is not in it, but "ID", "name".'


def test_only_some_of_many_columns_are_told() -> None:
    with pytest.raises(TableInvalidError) as refused:
        table_of(",".join(f"c{number}" for number in range(30))).index_of("id")
    assert str(refused.value).endswith('"c18", "c19" and 10 more.')


def test_column_that_stands_there_twice_is_ambiguous() -> None:
    with pytest.raises(TableInvalidError) as refused:
        table_of("id,id\n").index_of("id")
    assert str(refused.value) == 'the column "id" is twice in it, but "id", "id".'


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_whatever_is_written_is_read(
    rows: list[list[str]], end: str, encoding: str, delimiter: str
) -> None:
    text = written([["id", "a", "b"], *rows], delimiter, end).encode(encoding)

    found = [
        [cell.lstrip(" ") for cell in row] for _, row in table_of(text) if isinstance(row, list)
    ]
    assert found == [[one.lstrip(" ") for one in row] for row in rows if any(map(str.strip, row))]


def written(rows: list[list[str]], delimiter: str, end: str) -> str:
    """The rows as a careful program writes them."""
    quoted = (delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return "".join(row + end for row in quoted)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_to_their_end(content: bytes) -> None:
    """Each line begins a row, is inside one, is refused, or is blank; none comes twice."""
    try:
        lines = [line for line, _ in table_of(b"id\n" + content)]
    except TableInvalidError:
        return
    assert lines == sorted(set(lines))


class _Endless(RawIOBase):
    """A file that is made while it is read."""

    def __init__(self, rows: int) -> None:
        self._rows = iter(range(rows))
        self._left = b""

    @override
    def readable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = 0) -> int:
        self._left = b"id,name\n"
        return offset

    @override
    def read(self, size: int = -1) -> bytes:
        taken, self._left = self._left[:size], self._left[size:]
        self._left = self._left or b"".join(self._more())
        return taken

    def _more(self) -> Iterator[bytes]:
        for number, _ in zip(range(100), self._rows, strict=False):
            yield f'{number},"a name, and\nmore of it"\n'.encode()

    @override
    def readinto(self, buffer: Buffer) -> int:
        raise NotImplementedError


def test_memory_is_flat_however_long_the_file() -> None:
    table = Table(_Endless(100_000), expected="id")  # type: ignore[arg-type]  # what is used of a file
    rows = iter(table)
    for _ in range(1000):
        next(rows)
    tracemalloc.start()
    try:
        counted = sum(1 for _ in rows)
        assert counted == 99_000
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def test_limit_of_a_cell_is_the_readers_own() -> None:
    assert csv.field_size_limit() == 131_072


def test_error_of_a_row_has_a_code() -> None:
    [(_, row)] = table_of("id\n\x00\n")
    assert isinstance(row, RowInvalidError)
    assert (row.code, row.path) == ("ROW_INVALID", ())
