"""A filter finds in the database what its meaning, written in plain Python, says."""

import operator
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.events.compile import SHOWN, event_match
from app.events.evaluate import passes
from app.events.filter import (
    AllOf,
    AnyOf,
    Condition,
    EventFilter,
    EventQuery,
    NoneOf,
    Operator,
    Query,
)
from app.events.keys import encode_json
from app.events.model import EventType
from app.events.stored import event_document, load_entry
from app.storage.client import Database
from tests.building import an_accepted_event
from tests.properties.strategies import ODD_TEXTS, texts

KEYS = st.sampled_from(["a", "b", "%24", "100%", "x y"])
NUMBERS = st.integers(-3, 3) | st.sampled_from([0.5, -1.5, 2**70, Decimal("0.1"), Decimal("2.50")])
SCALARS = st.booleans() | NUMBERS | texts | st.sampled_from(["true", "1", "0.5"])
VALUES = st.none() | SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(KEYS, SCALARS)
NAMES = st.text("ab*.\n\\$(", max_size=6) | st.sampled_from(ODD_TEXTS)
ORDERED: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.GT: operator.gt,
    Operator.GTE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LTE: operator.le,
}

payloads = st.dictionaries(KEYS, VALUES, max_size=3)
paths = st.lists(KEYS, min_size=1, max_size=2).map(lambda keys: ("properties", *keys))
pieces = NAMES.map(lambda one: tuple(one.split("*")))
conditions = st.one_of(
    st.builds(Condition, paths, st.sampled_from([Operator.EQ, Operator.NE]), SCALARS),
    st.builds(Condition, paths, st.sampled_from(list(ORDERED)), NUMBERS | texts),
    st.builds(Condition, paths, st.just(Operator.IN), st.lists(SCALARS, min_size=1).map(tuple)),
    st.builds(Condition, paths, st.just(Operator.CONTAINS), texts.filter(bool)),
    st.builds(Condition, paths, st.just(Operator.MATCHES), pieces),
    st.builds(Condition, paths, st.just(Operator.EXISTS), st.booleans()),
)
plain_filters = st.builds(
    EventFilter,
    st.none() | st.sampled_from([EventType.VIEW, EventType.ACTION]),
    st.none() | NAMES,
    st.lists(conditions, max_size=2).map(tuple),
)
queries = st.recursive(
    plain_filters,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(NoneOf, inner),
    ),
    max_leaves=4,
)
filters = st.builds(
    lambda plain, query: replace(plain, query=query), plain_filters, st.none() | queries
)
events = st.fixed_dictionaries(
    {"type": st.sampled_from(["VIEW", "ACTION"]), "name": st.none() | NAMES, "properties": payloads}
)


@given(given=st.lists(events, min_size=1, max_size=6), wanted=filters)
async def test_filter_finds_what_it_means(
    database: Database, given: list[dict[str, Any]], wanted: EventFilter
) -> None:
    await database["events"].delete_many({})
    documents = [
        event_document(an_accepted_event(str(number), **fields))
        for number, fields in enumerate(given)
    ]
    await database["events"].insert_many(documents)

    query = {"_id": {"$exists": True}, **event_match(EventQuery(wanted))}
    found = {one["_id"] async for one in database["events"].find(query)}

    meant = {str(number) for number, one in enumerate(given) if means(wanted, one)}
    entries = [load_entry(one).event for one in documents]
    assert found == meant == {one.id for one in entries if passes(wanted, one)}


def means(wanted: EventFilter, event: dict[str, Any]) -> bool:
    """Whether a filter means an event."""
    return (
        wanted.type in (None, event["type"])
        and (wanted.name is None or names(wanted.name, event["name"]))
        and all(holds(one, value_at(one.keys[1:], event["properties"])) for one in wanted.where)
        and (wanted.query is None or answers(wanted.query, event))
    )


def answers(query: Query, event: dict[str, Any]) -> bool:
    """Whether a query means an event."""
    match query:
        case AllOf(queries=parts):
            return all(answers(one, event) for one in parts)
        case AnyOf(queries=parts):
            return any(answers(one, event) for one in parts)
        case NoneOf(query=negated):
            return not answers(negated, event)
        case EventFilter() as wanted:
            return means(wanted, event)


def names(wanted: str, name: str | None) -> bool:
    """Whether a name fits a text with wildcards."""
    pattern = ".*".join(map(re.escape, wanted.split("*")))
    return name is not None and bool(re.fullmatch(pattern, name, re.DOTALL))


def value_at(keys: tuple[str, ...], payload: Any) -> Any:
    """What stands at a path; None where nothing does."""
    for key in keys:
        payload = payload.get(key) if isinstance(payload, dict) else None
    return payload


def holds(condition: Condition, value: Any) -> bool:
    """Whether a value, or one element of a list, is what it has to be."""
    values = value if isinstance(value, list) else [value]
    operand: Any = condition.operand
    match condition.operator:
        case Operator.EXISTS:
            return (value is not None) is operand
        case Operator.EQ:
            return any(same(one, operand) for one in values)
        case Operator.NE:
            return not any(same(one, operand) for one in values)
        case Operator.IN:
            return any(same(one, wanted) for one in values for wanted in operand)
        case Operator.CONTAINS:
            return any(isinstance(one, str) and operand in one for one in values)
        case Operator.MATCHES:
            return any(isinstance(one, str) and names("*".join(operand), one) for one in values)
        case ordered:
            pairs = [one for one in values if kind(one) == kind(operand)]
            return any(ORDERED[ordered](one, operand) for one in pairs)


def same(value: Any, operand: Any) -> bool:
    """Equal, and of one type of JSON."""
    return kind(value) == kind(operand) and bool(value == operand)


def kind(value: Any) -> str:
    """The type of JSON that a value has."""
    if isinstance(value, bool | str | dict) or value is None:
        return type(value).__name__
    return "number"


def test_stored_names_of_keys_are_what_a_path_is_made_of() -> None:
    wanted = EventFilter(where=(Condition(("properties", "%24"), Operator.EXISTS, True),))  # noqa: FBT003

    assert event_match(EventQuery(wanted)) == {
        **SHOWN,
        "$and": [{f"properties.{next(iter(encode_json({'%24': 1})))}": {"$ne": None}}],
    }
