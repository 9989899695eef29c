"""The law that everything rests on: aggregations are commutative monoids over stamped values."""

from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.aggregation.monoids import MAX_LIST, MONOIDS, Aggregation, State
from app.aggregation.stamps import Stamped
from app.errors import ValueRefusedError
from app.values import DataType, to_summand
from tests.building import at
from tests.properties.strategies import PAIRS, histories

aggregations = pytest.mark.parametrize("aggregation", Aggregation)


def types_of(aggregation: Aggregation) -> SearchStrategy[DataType]:
    return st.sampled_from([data_type for data_type, one in PAIRS if one is aggregation])


def states(data_type: DataType, aggregation: Aggregation) -> SearchStrategy[State]:
    return histories(data_type, aggregation, max_size=4).map(MONOIDS[aggregation].fold)


@aggregations
@given(data=st.data())
def test_fold_of_all_is_the_combination_of_folds(
    aggregation: Aggregation, data: st.DataObject
) -> None:
    values = data.draw(types_of(aggregation).flatmap(lambda one: histories(one, aggregation, 2)))
    order = data.draw(st.permutations(values))
    cut = data.draw(st.integers(1, len(values) - 1))
    monoid = MONOIDS[aggregation]

    whole = monoid.fold(values)

    assert monoid.fold(order) == whole
    assert monoid.combine(monoid.fold(order[:cut]), monoid.fold(order[cut:])) == whole


@aggregations
@given(data=st.data())
def test_combine_is_associative_and_commutative(
    aggregation: Aggregation, data: st.DataObject
) -> None:
    state = states(data.draw(types_of(aggregation)), aggregation)
    a, b, c = data.draw(state), data.draw(state), data.draw(state)
    combine = MONOIDS[aggregation].combine

    assert combine(a, b) == combine(b, a)
    assert combine(a, combine(b, c)) == combine(combine(a, b), c)


@pytest.mark.parametrize(
    "aggregation", [one for one in Aggregation if one not in (Aggregation.LIST, Aggregation.SUM)]
)
@given(data=st.data())
def test_combine_is_idempotent_but_for_lists_and_sums(
    aggregation: Aggregation, data: st.DataObject
) -> None:
    state = data.draw(types_of(aggregation).flatmap(lambda one: states(one, aggregation)))

    assert MONOIDS[aggregation].combine(state, state) == state


def a_long_history(chance: Random) -> list[Stamped]:
    """More values than a list keeps, many of them equal, at few times."""
    return [
        Stamped(at(chance.randrange(300)), chance.randrange(9), f"v{chance.randrange(1500)}")
        for _ in range(chance.randrange(MAX_LIST, 3 * MAX_LIST))
    ]


@pytest.mark.parametrize("aggregation", [Aggregation.LIST, Aggregation.UNIQUE_LIST])
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_capped_lists_keep_the_law(aggregation: Aggregation, seed: int) -> None:
    chance, monoid = Random(seed), MONOIDS[aggregation]
    values = a_long_history(chance)
    whole = monoid.fold(values)
    chance.shuffle(values)

    state: State = monoid.fold(values[:1])
    rest = values[1:]
    while rest:
        size = chance.randrange(1, MAX_LIST)
        state, rest = monoid.combine(monoid.fold(rest[:size]), state), rest[size:]

    assert state == whole
    assert len(monoid.fold(values)) <= MAX_LIST  # type: ignore[arg-type]  # a list is a tuple


def test_example_list_keeps_the_newest() -> None:
    entries = [Stamped(at(second), 0, str(second)) for second in range(1200)]

    assert MONOIDS[Aggregation.LIST].fold(entries[::-1]) == tuple(entries[200:])


def test_example_unique_list_keeps_the_earliest() -> None:
    entries = [Stamped(at(second), 0, str(second % 1100)) for second in range(2000)]

    assert MONOIDS[Aggregation.UNIQUE_LIST].fold(entries[::-1]) == tuple(entries[:1000])


SUMMANDS = st.decimals(-(10**12) + 1, 10**12 - 1, places=18) | st.decimals(-1, 1, places=18)


@given(added=st.lists(SUMMANDS, min_size=2, max_size=4))
@example([Decimal(999999999999), Decimal("1e-18"), Decimal(-999999999999)])
def test_sum_is_exact_in_any_order_whatever_the_sizes(added: list[Decimal]) -> None:
    numbers = [to_summand(number) for number in added]
    entries = [Stamped(at(second), 0, number) for second, number in enumerate(numbers)]
    sums = [MONOIDS[Aggregation.SUM].fold(order) for order in permutations(entries)]

    exact = sum(Fraction(number) for number in numbers)
    assert [Fraction(str(one)) for one in sums] == [exact] * len(sums)


@pytest.mark.parametrize("number", ["1e12", "-1e12", "1e30", "1e-19"])
def test_number_that_could_make_a_sum_inexact_is_refused(number: str) -> None:
    with pytest.raises(ValueRefusedError):
        to_summand(number)
