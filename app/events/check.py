"""From what a client wrote to a filter of events that can be trusted. Pure.

Values are typed as JSON types them. A field, operator or value that means nothing is an error
that names its place, never a condition that is left out.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from app.attributes.sources import normal_source
from app.errors import AttributeInvalidError, EventFilterInvalidError, ValueRefusedError
from app.events.filter import Condition, EventFilter, Operator, Scalar
from app.events.limits import MAX_NAME
from app.events.model import EventType
from app.events.search import events_searched
from app.events.stored import FACTS, PAYLOADS
from app.values import to_number, to_text

Path: TypeAlias = tuple[str, ...]

MAX_CONDITIONS = 20
MAX_VALUES = 200


def check_filter(
    kind: EventType | None,
    name: str | None,
    where: Sequence[tuple[str, Mapping[str, object]]],
    query: str | None = None,
    path: Path = ("filter",),
) -> EventFilter:
    """The filter; ``where`` has the fields with what stands under each operator."""
    if name is not None and len(name) > MAX_NAME:
        raise EventFilterInvalidError((*path, "name"), f"a name has at most {MAX_NAME} characters")
    if len(where) > MAX_CONDITIONS:
        problem = f"a filter has at most {MAX_CONDITIONS} conditions"
        raise EventFilterInvalidError((*path, "where"), problem)
    conditions = [
        _condition(field, operators, (*path, "where", str(index)))
        for index, (field, operators) in enumerate(where)
    ]
    searched = None if query is None else events_searched(query, (*path, "query"))
    return EventFilter(kind, name, tuple(conditions), searched)


def _condition(field: str, operators: Mapping[str, object], path: Path) -> Condition:
    keys = _keys(field, (*path, "field"))
    if len(operators) != 1:
        raise EventFilterInvalidError(path, f"one operator is needed, {len(operators)} are given")
    [(name, operand)] = operators.items()
    operator = Operator(name)
    return Condition(keys, operator, _operand(operator, operand, (*path, name)))


def _keys(field: str, path: Path) -> Path:
    """The keys of the field's normal form."""
    try:
        normal = normal_source(field)
    except AttributeInvalidError as invalid:
        raise EventFilterInvalidError(path, "it names no event field") from invalid
    part, *rest = keys = tuple(normal.split("."))
    if any(key.startswith("$") for key in keys):
        raise EventFilterInvalidError(path, "a key of an event field does not begin with $")
    if part not in PAYLOADS and (part != "event" or ".".join(rest) not in FACTS):
        known = ", ".join(f"event.{fact}" for fact in FACTS)
        problem = f"a field is one of {known}, or inside {', '.join(PAYLOADS)}"
        raise EventFilterInvalidError(path, problem)
    return keys


def _operand(operator: Operator, given: object, path: Path) -> Scalar | tuple[Scalar, ...]:
    if operator is Operator.IN:
        return _values(given, path)
    if operator is Operator.MATCHES:
        return _pieces(given, path)
    value = _scalar(given, path)
    match operator:
        case Operator.EXISTS if not isinstance(value, bool):
            raise EventFilterInvalidError(path, "it takes true or false")
        case Operator.CONTAINS if not isinstance(value, str) or not value:
            raise EventFilterInvalidError(path, "it takes a text that is not empty")
        case Operator.GT | Operator.GTE | Operator.LT | Operator.LTE if isinstance(value, bool):
            raise EventFilterInvalidError(path, "it takes a number or a text: these have an order")
        case _:
            return value


def _pieces(given: object, path: Path) -> tuple[str, ...]:
    if not isinstance(given, str) or not given:
        raise EventFilterInvalidError(path, "it takes a text that is not empty")
    if len(given) > MAX_NAME:
        raise EventFilterInvalidError(path, f"it has at most {MAX_NAME} characters")
    return tuple(to_text(given).split("*"))


def _values(given: object, path: Path) -> tuple[Scalar, ...]:
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_VALUES:
        raise EventFilterInvalidError(path, f"it takes a list of 1 to {MAX_VALUES} values")
    return tuple(_scalar(one, (*path, str(index))) for index, one in enumerate(given))


def _scalar(given: object, path: Path) -> Scalar:
    """The value as it is: stored ones are compared with it as they were sent."""
    try:
        match given:
            case bool():
                return given
            case str():
                return to_text(given)
            case int() | float() | Decimal():
                to_number(given)
                return given
            case _:
                problem = "it takes a text, a number, true or false; `exists` asks for null"
                raise EventFilterInvalidError(path, problem)
    except ValueRefusedError as refused:
        raise EventFilterInvalidError(path, str(refused).rstrip(".")) from refused
