"""Which documents are measured: those that gained identifiers, and those that may have grown."""

import pytest

from app.aggregation.monoids import Aggregation, State
from app.aggregation.stamps import Stamped
from app.profiles.model import Fold
from app.removal.check import MAX_WEIGHED, WEIGHTY, Scales, weight
from app.removal.model import MAX_ACCOUNT_BYTES, MAX_BYTES, Bounds
from app.values import Value
from tests.building import T


def stamped(value: Value) -> Stamped:
    return Stamped(T, 0, value)


def a_fold(aggregation: Aggregation, state: State) -> Fold:
    return Fold({"x": (aggregation, state)}, frozenset({"user_id:u1", "cookie_id:c1"}))


LONG = "x" * 4096
PEOPLE, ACCOUNTS = Bounds(MAX_BYTES), Bounds(MAX_ACCOUNT_BYTES)
HEAVY = a_fold(Aggregation.LIST, (stamped(LONG), stamped(LONG)))
LIGHT = a_fold(Aggregation.LAST, stamped("pro"))


def test_what_takes_the_place_of_something_else_weighs_nothing() -> None:
    assert weight(LIGHT) == 0
    assert weight(a_fold(Aggregation.MAX, T)) == 0
    assert weight(a_fold(Aggregation.FIRST_AND_LAST, (stamped("a"), stamped("b")))) == 0


def test_long_texts_list_entries_accounts_and_terms_weigh() -> None:
    assert weight(a_fold(Aggregation.LAST, stamped(LONG))) == 4096 - 256
    assert weight(HEAVY) == 2 * (4096 + 64)
    assert weight(Fold({}, accounts=frozenset({"acme"}), terms=frozenset({"a", "b"}))) == 68 + 40


def test_known_people_who_come_back_are_not_measured() -> None:
    scales = Scales(PEOPLE)

    assert scales.suspects({"p1": LIGHT, "p2": LIGHT}, set()) == []


def test_profiles_that_gained_identifiers_are_measured() -> None:
    assert Scales(PEOPLE).suspects({"p1": LIGHT, "p2": LIGHT}, {"p2"}) == ["p2"]


def test_new_profile_with_too_many_identifiers_is_measured() -> None:
    assert Scales(Bounds(MAX_BYTES, identifiers=1)).suspects({"p1": LIGHT}, set()) == ["p1"]


@pytest.mark.parametrize("bounds", [PEOPLE, ACCOUNTS], ids=["people", "accounts"])
def test_documents_are_measured_as_often_as_they_may_have_grown(bounds: Bounds) -> None:
    scales = Scales(bounds)
    half = a_fold(Aggregation.LIST, (stamped("x" * (bounds.bytes // WEIGHTY // 2 - 64)),))

    found = [scales.suspects({"p1": half}, set()) for _ in range(4)]

    assert found == [[], ["p1"], [], ["p1"]]


def test_after_a_crash_all_profiles_of_the_batch_are_measured() -> None:
    assert Scales(PEOPLE).suspects({"p1": LIGHT, "p2": LIGHT}, None) == ["p1", "p2"]


def test_memory_is_bounded() -> None:
    scales = Scales(PEOPLE)

    scales.suspects({str(number): LIGHT for number in range(MAX_WEIGHED + 10)}, set())

    assert len(scales._weights) <= MAX_WEIGHED
