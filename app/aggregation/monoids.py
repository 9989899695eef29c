"""The meaning of the eight aggregations: how values become a state, and two states one.

Law: ``fold(A + B) == combine(fold(A), fold(B))`` for any split and any order; ``None`` is the
empty state. ``app.aggregation.operators`` says the same in MongoDB's update operators.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import TypeAlias, cast

from app.aggregation.stamps import Stamped
from app.values import DIGITS, Value

MAX_LIST = 1000
"""Values that a list keeps: the newest of a List, the earliest of a Unique list."""


class Aggregation(StrEnum):
    """How the values of an attribute become its state."""

    __hash__ = str.__hash__  # in C: members are keys where every microsecond counts

    FIRST = "FIRST"
    LAST = "LAST"
    FIRST_AND_LAST = "FIRST_AND_LAST"
    LIST = "LIST"
    UNIQUE_LIST = "UNIQUE_LIST"
    MIN = "MIN"
    MAX = "MAX"
    SUM = "SUM"


Entries: TypeAlias = tuple[Stamped, ...]
State: TypeAlias = Stamped | Entries | Value
"""One value; a value with its stamp; or stamped values in order (first & last: exactly two)."""


@dataclass(frozen=True, slots=True)
class Monoid:
    """``fold`` makes a state of at least one value; ``combine`` joins two states."""

    fold: Callable[[Sequence[Stamped]], State]
    combine: Callable[[State, State], State]


def newest(entries: Iterable[Stamped]) -> Entries:
    """The list in time order, without all but its newest values."""
    return tuple(sorted(entries)[-MAX_LIST:])


def earliest(entries: Iterable[Stamped]) -> Entries:
    """Each value once, at its earliest stamp, in order of first appearance."""
    first: dict[Value, Stamped] = {}
    for entry in sorted(entries):
        first.setdefault(entry.value, entry)
    return tuple(first.values())[:MAX_LIST]


def total(numbers: Iterable[Value]) -> Decimal:
    """The exact sum."""
    return reduce(DIGITS.add, cast("Iterable[Decimal]", numbers))


def _fold_ends(values: Sequence[Stamped]) -> Entries:
    return min(values), max(values)


def _combine_ends(a: State, b: State) -> Entries:
    (a_first, a_last), (b_first, b_last) = cast("Entries", a), cast("Entries", b)
    return min(a_first, b_first), max(a_last, b_last)


def _smaller(a: State, b: State) -> State:
    return min(a, b)


def _larger(a: State, b: State) -> State:
    return max(a, b)


def _numbers(values: Sequence[Stamped]) -> list[Value]:
    return [entry.value for entry in values]


MONOIDS: dict[Aggregation, Monoid] = {
    Aggregation.FIRST: Monoid(min, _smaller),
    Aggregation.LAST: Monoid(max, _larger),
    Aggregation.FIRST_AND_LAST: Monoid(_fold_ends, _combine_ends),
    Aggregation.LIST: Monoid(newest, lambda a, b: newest(_entries(a) + _entries(b))),
    Aggregation.UNIQUE_LIST: Monoid(earliest, lambda a, b: earliest(_entries(a) + _entries(b))),
    Aggregation.MIN: Monoid(lambda values: min(_numbers(values)), _smaller),
    Aggregation.MAX: Monoid(lambda values: max(_numbers(values)), _larger),
    Aggregation.SUM: Monoid(
        lambda values: total(_numbers(values)), lambda a, b: total([_number(a), _number(b)])
    ),
}


def _entries(state: State) -> Entries:
    return cast("Entries", state)


def _number(state: State) -> Decimal:
    return cast("Decimal", state)
