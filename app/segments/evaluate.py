"""What a condition means: whether it holds for a fold. Pure, and the truth for ``compile``."""

import re
from typing import Any, cast

from app.aggregation.monoids import Aggregation, Entries, State
from app.aggregation.stamps import Stamped
from app.profiles.model import Fold
from app.segments import model
from app.values import Value


def evaluate(condition: model.Condition, fold: Fold, account_id: str | None = None) -> bool:
    """Whether the condition holds; ``account_id`` where the fold is of an account."""
    match condition:
        case model.All(conditions=conditions):
            return all(evaluate(one, fold, account_id) for one in conditions)
        case model.Any(conditions=conditions):
            return any(evaluate(one, fold, account_id) for one in conditions)
        case model.Not(condition=negated):
            return not evaluate(negated, fold, account_id)
        case model.HasValue(attribute=attribute):
            return attribute.stored_as in fold.attributes
        case model.AnyValue(attribute=attribute, test=test):
            found = fold.attributes.get(attribute.stored_as)
            return found is not None and any(_passes(test, one) for one in values(*found))
        case model.AnyIdentifier(keys=keys):
            return not fold.identifiers.isdisjoint(keys)
        case model.OfAccount(account_id=asked):
            return asked in fold.accounts or asked == account_id


def values(aggregation: Aggregation, state: State) -> list[Value]:
    """Every value that a state shows."""
    match aggregation:
        case Aggregation.FIRST | Aggregation.LAST:
            return [cast("Stamped", state).value]
        case Aggregation.FIRST_AND_LAST | Aggregation.LIST | Aggregation.UNIQUE_LIST:
            return [one.value for one in cast("Entries", state)]
        case _:
            return [cast("Value", state)]


def _passes(test: model.Test, value: Any) -> bool:  # noqa: ANN401  # of the attribute's type
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
