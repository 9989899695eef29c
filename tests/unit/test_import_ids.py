"""Ids of lines that bring none: the same for the same data, however it comes."""

from hypothesis import given
from hypothesis import strategies as st

from app.importing.ids import line_id, row_ids

ROW = {"user": "u1", "page": "/home", "at": "10"}


def _id(row: dict[str, str], source: str = "shop") -> str:
    return row_ids(source, list(row))(list(row.values()))


def test_an_id_names_its_source_and_stays_the_same_for_ever() -> None:
    assert _id(ROW) == "shop:f5cb741536845fe4cf6bc761d74bbad6"
    assert line_id("shop", b'{"type":"VIEW"}') == "shop:79bce4671d8fb5b0d2b52f70b64362f5"


def test_without_a_source_an_id_says_that_it_was_imported() -> None:
    assert _id(ROW, "").startswith("import:")


@given(order=st.permutations(list(ROW)))
def test_the_order_of_columns_does_not_matter(order: list[str]) -> None:
    assert _id({name: ROW[name] for name in order}) == _id(ROW)


def test_whatever_a_row_says_matters() -> None:
    others = [
        _id({**ROW, "page": "/home "}),
        _id({**ROW, "page": ""}),
        _id({**ROW, "more": ""}),
        _id({"user": "u1", "page": "10", "at": "/home"}),
        _id({"User": "u1", "page": "/home", "at": "10"}),
        _id(ROW, "another shop"),
    ]
    assert len({_id(ROW), *others}) == 7


@given(
    cells=st.lists(st.text(), min_size=2, max_size=2),
    others=st.lists(st.text(), min_size=2, max_size=2),
)
def test_only_equal_rows_have_equal_ids(cells: list[str], others: list[str]) -> None:
    row_id = row_ids("shop", ["a", "b"])
    assert (row_id(cells) == row_id(others)) == (cells == others)


def test_line_ends_are_no_part_of_a_line() -> None:
    assert line_id("shop", b'{"type":"VIEW"}\r\n') == line_id("shop", b'{"type":"VIEW"}')
    assert line_id("shop", b'{"type":"VIEW"}') != line_id("", b'{"type":"VIEW"}')
