"""Which events a filter means, in plain Python: the truth for ``compile``. Pure."""

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from app.events.filter import AllOf, AnyOf, Condition, EventFilter, NoneOf, Operator, Query
from app.events.model import Event
from app.patterns import pieces, wildcard

_ORDERED: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.GT: operator.gt,
    Operator.GTE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LTE: operator.le,
}


def passes(wanted: EventFilter, event: Event) -> bool:
    """Whether the filter means this event."""
    return (
        wanted.type in (None, event.type)
        and (wanted.name is None or _is_named(wanted.name, event.name))
        and all(_holds(one, _found(_root(event, one.keys), one.keys[1:])) for one in wanted.where)
        and (wanted.query is None or _answers(wanted.query, event))
    )


def _answers(query: Query, event: Event) -> bool:
    match query:
        case AllOf(queries=queries):
            return all(_answers(one, event) for one in queries)
        case AnyOf(queries=queries):
            return any(_answers(one, event) for one in queries)
        case NoneOf(query=negated):
            return not _answers(negated, event)
        case EventFilter() as wanted:
            return passes(wanted, event)


def _is_named(wanted: str, name: str | None) -> bool:
    if "*" not in wanted:
        return name == wanted
    return name is not None and re.search(wildcard(wanted), name) is not None


def _root(event: Event, keys: Sequence[str]) -> Any:  # noqa: ANN401  # JSON of a client
    part = keys[0]
    if part != "event":
        return getattr(event, part)
    facts = {"id": event.id, "name": event.name, "identifiers": list(event.identifiers)}
    return facts | {"session_id": event.session_id, "account_id": event.account_id}


def _found(value: Any, keys: Sequence[str]) -> Iterator[Any]:  # noqa: ANN401  # JSON of a client
    """What stands at a path, through lists of objects too; None where nothing does."""
    if not keys:
        yield value
    elif isinstance(value, dict):
        yield from _found(value.get(keys[0]), keys[1:])
    elif isinstance(value, list) and (inside := [one for one in value if isinstance(one, dict)]):
        for one in inside:
            yield from _found(one, keys)
    else:
        yield None


def _holds(condition: Condition, found: Iterator[Any]) -> bool:
    """Whether a value, or one element of a list, is what it has to be."""
    wanted: Any = condition.operand
    values = list(found)
    each = [one for value in values for one in (value if isinstance(value, list) else [value])]
    match condition.operator:
        case Operator.EXISTS:
            return any(value is not None for value in values) is wanted
        case Operator.EQ:
            return any(_is_same(one, wanted) for one in each)
        case Operator.NE:
            return not any(_is_same(one, wanted) for one in each)
        case Operator.IN:
            return any(_is_same(one, each_wanted) for one in each for each_wanted in wanted)
        case Operator.CONTAINS:
            return any(isinstance(one, str) and wanted in one for one in each)
        case Operator.MATCHES:
            found_in = re.compile(pieces(wanted)).search
            return any(isinstance(one, str) and found_in(one) is not None for one in each)
        case ordered:
            pairs = [one for one in each if _kind(one) == _kind(wanted)]
            return any(_ORDERED[ordered](one, wanted) for one in pairs)


def _is_same(value: object, wanted: object) -> bool:
    """Equal, and of one type of JSON: true is not 1."""
    return _kind(value) == _kind(wanted) and value == wanted


def _kind(value: object) -> object:
    return "number" if type(value) in (int, float, Decimal) else type(value)
