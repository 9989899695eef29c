"""The order of values: time, then tie break, then position in the event."""

import pytest

from app.aggregation.stamps import MAX_POSITIONS, MAX_SEQUENCE, Stamped, tie_break
from tests.building import at


def test_time_decides_before_the_tie_break() -> None:
    assert Stamped(at(1), 9, "b") < Stamped(at(2), 0, "a")


def test_sequence_decides_between_events_of_the_same_time() -> None:
    assert tie_break("z", 1) < tie_break("a", 2)
    assert tie_break("a", -1) < tie_break("a", 0)


def test_position_decides_inside_an_event_and_never_reaches_the_next_sequence() -> None:
    assert tie_break("a", 1) + MAX_POSITIONS - 1 < tie_break("a", 2)


def test_without_a_sequence_the_id_decides_always_in_the_same_way() -> None:
    assert tie_break("e1", None) == tie_break("e1", None)
    assert tie_break("e1", None) != tie_break("e2", None)


@pytest.mark.parametrize("sequence", [None, 0, MAX_SEQUENCE - 1, 1 - MAX_SEQUENCE])
def test_tie_break_with_its_position_fits_into_64_bits(sequence: int | None) -> None:
    tie = tie_break("ключ", sequence)

    assert -(2**63) <= tie <= tie + MAX_POSITIONS < 2**63
