"""From the text of a search to a query of events. Pure.

``@usr.id`` and ``@usr.anonymous_id`` are identifiers, ``@session.id``, ``@account.id``, ``@type``
and the names of views and actions are what an event is; every other field is where filters find
it, with or without the ``@``. A number is looked for as a number and as text.
"""

from typing import TypeAlias, assert_never

from app.attributes.sources import normal_source
from app.errors import (
    AttributeInvalidError,
    EventFilterInvalidError,
    ValueRefusedError,
)
from app.events.filter import AllOf, AnyOf, Condition, EventFilter, NoneOf, Operator, Query, Scalar
from app.events.model import EventType
from app.identity.model import COOKIE_ID, USER_ID
from app.search.model import All, Any, Compared, Facet, Not, Pattern, Same, Term, Test, Text, Within
from app.search.parse import parse_search
from app.values import to_number

Path: TypeAlias = tuple[str, ...]

_FACTS = {"session.id": "session_id", "account.id": "account_id", "name": "name", "id": "id"}
_IDENTIFIERS = {"usr.id": USER_ID, "usr.anonymous_id": COOKIE_ID}
_NAMES = {"view.name": EventType.VIEW, "action.name": EventType.ACTION}
_BOOLEANS = {"true": True, "false": False}


def events_searched(text: str, path: Path) -> Query:
    """What the search that stands at ``path`` means, or the error that says what is wrong."""
    return _query(parse_search(text, path), path)


def _query(term: Term, path: Path) -> Query:
    match term:
        case All(terms=terms):
            return AllOf(tuple(_query(one, path) for one in terms))
        case Any(terms=terms):
            return AnyOf(tuple(_query(one, path) for one in terms))
        case Not(term=negated):
            return NoneOf(_query(negated, path))
        case Text(pattern=pattern):
            return _where(Condition(_NAME, Operator.MATCHES, ("", *pattern.pieces, "")))
        case Facet(field=field, test=test):
            return _facet(field.removeprefix("@"), test, path)
        case _:
            assert_never(term)


_NAME = ("event", "name")


def _facet(field: str, test: Test, path: Path) -> Query:
    if field == "type":
        return _of_type(test, path)
    if field in _NAMES:
        return AllOf((EventFilter(type=_NAMES[field]), _tested(_NAME, test)))
    if field in _IDENTIFIERS:
        return _identified(_IDENTIFIERS[field], test, path)
    if field in _FACTS:
        return _tested(("event", _FACTS[field]), test)
    try:
        return _tested(tuple(normal_source(field).split(".")), test)
    except AttributeInvalidError as invalid:
        raise EventFilterInvalidError(path, f"{field!r} names no event field") from invalid


def _of_type(test: Test, path: Path) -> Query:
    texts = [one.text for one in _patterns("type", test, path)]
    kinds = {kind.lower(): kind for kind in EventType}
    unknown = [one for one in texts if one is None or one.lower() not in kinds]
    if unknown:
        known = ", ".join(kinds)
        raise EventFilterInvalidError(path, f"an event's type is one of {known}")
    return AnyOf(tuple(EventFilter(type=kinds[one.lower()]) for one in texts if one))


def _identified(kind: str, test: Test, path: Path) -> Query:
    found = [_prefixed(f"{kind}:", one) for one in _patterns(kind, test, path)]
    return _tested(("event", "identifiers"), Same(tuple(found)))


def _prefixed(prefix: str, pattern: Pattern) -> Pattern:
    first, *rest = pattern.pieces
    return Pattern((prefix + first, *rest))


def _patterns(field: str, test: Test, path: Path) -> tuple[Pattern, ...]:
    if not isinstance(test, Same):
        raise EventFilterInvalidError(path, f"{field} has no order to compare by")
    return test.patterns


def _tested(keys: Path, test: Test) -> Query:
    match test:
        case Same(patterns=patterns):
            return AnyOf(tuple(_where(_same(keys, one)) for one in patterns))
        case Compared(comparison=comparison, bound=bound):
            return _where(Condition(keys, _OPERATORS[comparison], _bound(bound)))
        case Within(least=least, most=most):
            bounds = ((Operator.GTE, least), (Operator.LTE, most))
            return AllOf(
                tuple(_where(Condition(keys, by, _bound(one))) for by, one in bounds if one)
            )
        case _:
            assert_never(test)


_OPERATORS = {">": Operator.GT, ">=": Operator.GTE, "<": Operator.LT, "<=": Operator.LTE}


def _same(keys: Path, pattern: Pattern) -> Condition:
    if pattern.is_anything:
        return Condition(keys, Operator.EXISTS, operand=True)
    if pattern.text is None:
        return Condition(keys, Operator.MATCHES, pattern.pieces)
    return Condition(keys, Operator.IN, _meanings(pattern.text))


def _meanings(text: str) -> tuple[Scalar, ...]:
    """The text, and the number or truth value that it may stand for."""
    if text in _BOOLEANS:
        return text, _BOOLEANS[text]
    bound = _bound(text)
    return (text,) if bound == text else (text, bound)


def _bound(text: str) -> Scalar:
    try:
        return to_number(text)
    except ValueRefusedError:
        return text


def _where(condition: Condition) -> EventFilter:
    return EventFilter(where=(condition,))
