"""Templates of a mapping: what they make of a row, and what is wrong with them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import MappingError
from app.importing.templates import Columns, bind, is_constant, multiplied

COLUMNS = Columns(["a", "b", "Unit Price", "a * b", "twice", "twice"])
CELLS = ["1", "", "2.50", "named so", "x", "y"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{a}", "1"),
        ("{ a }", "1"),
        ("{b}", None),
        ("constant", "constant"),
        ("", None),
        ("{Unit Price}", "2.50"),
        ("row-{a}", "row-1"),
        ("{a}/{Unit Price}!", "1/2.50!"),
        ("{a}-{b}", None),
        ("{{a}}", "{a}"),
        ("{{{a}}}", "{1}"),
        ("{a * Unit Price}", "2.50"),
        ("{a * Unit Price * Unit Price}", "6.2500"),
        ("{a * b}", "named so"),
        ("{b * Unit Price}", None),
        (7, 7),
        (True, True),
        ({"geo": {"city": "{a}", "region": "{b}"}}, {"geo": {"city": "1"}}),
        ({"geo": {"region": "{b}"}}, None),
        (["{a}", "{b}", 3], ["1", 3]),
        (["{b}"], None),
    ],
)
def test_a_template_gives(template: object, expected: object) -> None:
    assert bind(template, COLUMNS, "event.x")(CELLS) == expected


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "{A}",
            'event.x: the file has no column "A"; it has a, b, Unit Price, a * b, twice, twice.',
        ),
        ("{a * c}", 'event.x: the file has no column "c"'),
        ("{a*Unit Price}", 'event.x: the file has no column "a*Unit Price"'),
        ("{twice}", 'event.x: the file has more than one column "twice".'),
        ("{a", 'event.x: "{a" has a brace without its other; {{ is a brace.'),
        ("a}", 'event.x: "a}" has a brace without its other'),
        ("{}", 'event.x: "{}" has a brace without its other'),
        ({"geo": {"city": "{c}"}}, 'event.x.geo.city: the file has no column "c"'),
        ([{"type": "{c}"}], 'event.x[0].type: the file has no column "c"'),
    ],
)
def test_a_template_that_cannot_be_used_is_named(template: object, message: str) -> None:
    with pytest.raises(MappingError) as refused:
        bind(template, COLUMNS, "event.x")
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(("template", "constant"), [("VIEW", True), ("{a}", False), ("", True)])
def test_a_constant_names_no_column(template: str, constant: bool) -> None:  # noqa: FBT001  # a row of the table
    assert is_constant(template) is constant


@pytest.mark.parametrize(
    ("factors", "product"),
    [
        (["6", "2.55"], "15.30"),
        (["-1", "0.1"], "-0.1"),
        (["0.1", "0.2", "0.3"], "0.006"),
        (["144", "11062.06"], "1592936.64"),
        (["six", "2.55"], "six * 2.55"),
        (["1" * 20, "3" * 20], f"{'1' * 20} * {'3' * 20}"),
        (["1e9999999", "1e9999999"], "1e9999999 * 1e9999999"),
    ],
)
def test_a_product_is_exact_or_stays_as_it_was_written(factors: list[str], product: str) -> None:
    assert multiplied(factors) == product


_short = st.decimals(
    allow_nan=False, allow_infinity=False, places=3, min_value=-9999, max_value=9999
)


@given(a=_short, b=_short, c=_short)
def test_a_product_is_exact_whatever_the_order(a: Decimal, b: Decimal, c: Decimal) -> None:
    product = Decimal(multiplied([str(a), str(b), str(c)]))
    thousandths = int(a * 1000) * int(b * 1000) * int(c * 1000)
    assert product * 10**9 == thousandths
    assert product == Decimal(multiplied([str(c), str(a), str(b)]))
