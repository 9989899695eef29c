"""What a condition means: whether it holds for somebody. Pure, and the truth for ``compile``."""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, cast

from app.aggregation.monoids import Aggregation, Entries, State
from app.aggregation.stamps import Stamped
from app.profiles.model import Fold
from app.segments import model
from app.segments.sequence import History, has_performed
from app.values import Value


class Subject:
    """Somebody whom a condition may hold for.

    ``histories``: the events of a person; those of an account, for each of its users.
    ``rows``: the contents of the lists that name it.
    """

    def __init__(
        self,
        subject_id: str,
        fold: Callable[[], Fold],
        histories: Sequence[History] = (),
        rows: frozenset[str] = frozenset(),
    ) -> None:
        self.id = subject_id
        self._fold = fold
        self.histories = histories
        self.rows = rows

    @cached_property
    def fold(self) -> Fold:
        """What its document says; it is read only when a condition asks for it."""
        return self._fold()


def evaluate(condition: model.Condition, subject: Subject) -> bool:
    """Whether the condition holds."""
    match condition:
        case model.All(conditions=conditions):
            return all(evaluate(one, subject) for one in conditions)
        case model.Any(conditions=conditions):
            return any(evaluate(one, subject) for one in conditions)
        case model.Not(condition=negated):
            return not evaluate(negated, subject)
        case model.InSegment(condition=meant):
            return evaluate(meant, subject)
        case model.Performed():
            return any(has_performed(condition, history) for history in subject.histories)
        case model.Listed(contents=contents):
            return contents in subject.rows
        case model.Among(ids=ids):
            return subject.id in ids
        case _:
            return _is_said(condition, subject)


def _is_said(condition: model.Said, subject: Subject) -> bool:
    """Whether the document says so."""
    match condition:
        case model.HasValue(attribute=attribute):
            return attribute.stored_as in subject.fold.attributes
        case model.AnyValue(attribute=attribute, test=test):
            found = subject.fold.attributes.get(attribute.stored_as)
            return found is not None and any(passes(test, one) for one in values(*found))
        case model.AnyIdentifier(keys=keys):
            return not subject.fold.identifiers.isdisjoint(keys)
        case model.OfAccount(account_id=asked):
            return asked in subject.fold.accounts


def values(aggregation: Aggregation, state: State) -> list[Value]:
    """Every value that a state shows."""
    match aggregation:
        case Aggregation.FIRST | Aggregation.LAST:
            return [cast("Stamped", state).value]
        case Aggregation.FIRST_AND_LAST | Aggregation.LIST | Aggregation.UNIQUE_LIST:
            return [one.value for one in cast("Entries", state)]
        case _:
            return [cast("Value", state)]


def passes(test: model.Test, value: Any) -> bool:  # noqa: ANN401  # of the attribute's type
    """Whether a value is what is asked for."""
    match test:
        case model.OneOf(values=wanted):
            return value in wanted
        case model.Like(pattern=pattern):
            return re.search(pattern, value) is not None
        case model.Between():
            return _is_above(test, value) and _is_below(test, value)


def _is_above(test: model.Between, value: Any) -> bool:  # noqa: ANN401  # of the attribute's type
    if test.least is None:
        return True
    return bool(value > test.least) or (test.with_least and bool(value == test.least))


def _is_below(test: model.Between, value: Any) -> bool:  # noqa: ANN401  # of the attribute's type
    if test.most is None:
        return True
    return bool(value < test.most) or (test.with_most and bool(value == test.most))
