"""What a state shows to a reader, for each aggregation."""

from decimal import Decimal

import pytest

from app.aggregation.monoids import Aggregation, State
from app.aggregation.reading import Reading, read
from app.aggregation.stamps import Stamped
from tests.building import at

A, B = Stamped(at(10), 0, "a"), Stamped(at(20), 0, "b")


@pytest.mark.parametrize(
    ("aggregation", "state", "reading"),
    [
        (Aggregation.FIRST, A, Reading("a")),
        (Aggregation.LAST, B, Reading("b")),
        (Aggregation.FIRST_AND_LAST, (A, B), Reading("b", first="a", last="b")),
        (Aggregation.LIST, (A, B), Reading(["a", "b"], entries=(A, B))),
        (Aggregation.UNIQUE_LIST, (B,), Reading(["b"], entries=(B,))),
        (Aggregation.MIN, Decimal(1), Reading(Decimal(1))),
        (Aggregation.MAX, at(10), Reading(at(10))),
        (Aggregation.SUM, Decimal("0.30"), Reading(Decimal("0.30"))),
    ],
    ids=str,
)
def test_state_shows_its_value(aggregation: Aggregation, state: State, reading: Reading) -> None:
    assert read(aggregation, state) == reading
