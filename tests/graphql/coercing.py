"""Two schemas that differ in nothing but how they coerce batches, and batches to compare them by.

Each answers with what the service would make of the events, so that two answers are equal when
nobody could tell the difference.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import msgspec
import strawberry
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from app.errors import InputError
from app.events.parse import Arrival, parse_event
from app.events.wire import EventInput as WireEvent
from graphql_schema.coercion import CompiledCoercion
from graphql_schema.ingestion import EventInput, IngestEventsInput
from graphql_schema.operations import LimitedSchema
from graphql_schema.scalars import JSON, SCALARS
from tests.building import NOON

Batch = Mapping[str, Any]
Answer = tuple[Any, list[Any]]
"""Data, and errors with their messages and paths."""


@strawberry.type
class Query:
    @strawberry.field
    def batch(self, input: IngestEventsInput) -> JSON:  # noqa: A002  # the API's name for it
        events, sent_at = cast("tuple[list[WireEvent], datetime | None]", input)
        return _made_of(events, sent_at)

    @strawberry.field
    def events(self, events: list[EventInput], at_most: int = 1000) -> JSON:
        return _made_of(cast("list[WireEvent]", events)[:at_most], None)


def _schema(execution: type[StrawberryGraphQLCoreExecutionContext]) -> LimitedSchema:
    config = StrawberryConfig(scalar_map=SCALARS)
    return LimitedSchema(Query, max_cost=1000, seconds=10, execution=execution, config=config)


STOCK = _schema(StrawberryGraphQLCoreExecutionContext)
COMPILED = _schema(CompiledCoercion)


def answer(schema: LimitedSchema, query: str, **variables: object) -> Answer:
    """What the schema answers."""
    result = schema.execute_sync(query, variable_values=variables)
    return result.data, [error.formatted for error in result.errors or ()]


def _made_of(events: list[WireEvent], sent_at: datetime | None) -> JSON:
    arrival = Arrival(NOON, sent_at)
    return JSON([_made_of_one(event, arrival) for event in events])


def _made_of_one(event: WireEvent, arrival: Arrival) -> str:
    named = event if event.id is not None else msgspec.structs.replace(event, id="generated")
    try:
        return repr(parse_event(named, arrival))
    except InputError as refused:
        return f"{refused.code} {refused}"


def event_literal(event: Mapping[str, Any]) -> str:
    """The event as it is written in a query, where its type is a name."""
    fields = [f"{key}: {_literal(one)}" for key, one in event.items() if key != "type"]
    return f"{{type: {event['type']}, {', '.join(fields)}}}"


def _literal(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_literal(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return json.dumps(value, ensure_ascii=False)


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
NAMES = st.from_regex(r"[a-z_]{1,4}", fullmatch=True)
_NUMBER = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
_SCALAR = st.none() | st.booleans() | _NUMBER | _TEXT


def payloads(keys: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Any JSON."""
    return st.recursive(
        _SCALAR,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
        max_leaves=4,
    )


_DIGITS = st.text("0123456789", min_size=1, max_size=10)
VALID_TIMES = st.builds(
    "{0}T{1}{2}{3}".format,
    st.dates().map(str),
    st.sampled_from(["00:00:00", "23:59:59", "12:34:56"]),
    st.just("") | _DIGITS.map(".{}".format),
    st.sampled_from(["Z", "+00:00", "-00:00", "+05:30", "-23:59"]),
)
ODD_TIMES = st.builds(
    "{0}{1}{2}{3}".format,
    st.dates().map(str) | st.sampled_from(["2026-02-29", "0000-01-01", "20260101", "2026-1-1"]),
    st.sampled_from(["T", "t", " ", "_", ""]),
    st.sampled_from(["00:00:00", "24:00:00", "23:59:60", "00:00", "00:00:00.", "00:00:00,5", ""]),
    st.sampled_from(["Z", "z", "", "+01", "+0100", "+24:00", "+01:00:00", " Z", "UTC"]),
)
_TYPES = st.sampled_from(["VIEW", "ACTION", "ERROR", "RESOURCE", "LONG_TASK", "CUSTOM"])
_INTS = st.integers(-(2**31), 2**31 - 1)
_IDENTIFIERS = st.lists(st.fixed_dictionaries({"type": NAMES, "value": _TEXT}), max_size=2)


def valid_events(keys: st.SearchStrategy[str] = _TEXT) -> st.SearchStrategy[dict[str, Any]]:
    """Events that the schema takes, whatever they are worth."""
    texts = dict.fromkeys(("id", "name", "userId", "cookieId", "sessionId"), st.none() | _TEXT)
    payload = payloads(keys)
    free = dict.fromkeys(("user", "account", "context", "properties"), payload)
    optional = {
        "sequence": st.none() | _INTS,
        "identifiers": st.none() | _IDENTIFIERS,
        "anonymousTracking": st.none() | st.booleans(),
    }
    required = {"type": _TYPES, "time": VALID_TIMES}
    return st.fixed_dictionaries(required, optional={**texts, **free, **optional})


_ODD_VALUES = (
    _SCALAR
    | ODD_TIMES
    | st.sampled_from(
        [
            {},
            [],
            [None],
            {"type": "a", "value": "b"},
            {"type": "a"},
            [{"type": "a", "value": "b", "more": 1}],
            [{"type": "a", "value": None}],
            "VIEW",
            "view",
            1.0,
            2**31,
            -(2**31) - 1,
            "1",
        ]
    )
)
_FIELDS = [*WireEvent.__struct_encode_fields__, "unknown", "user_id"]


def _spoilt(event: dict[str, Any], changes: dict[str, Any], left_out: set[str]) -> dict[str, Any]:
    return {key: value for key, value in (event | changes).items() if key not in left_out}


EVENTS: st.SearchStrategy[Any] = st.builds(
    _spoilt,
    valid_events(),
    st.dictionaries(st.sampled_from(_FIELDS), _ODD_VALUES, max_size=2),
    st.sets(st.sampled_from(_FIELDS), max_size=1),
)
"""Events, most of which the schema refuses for something."""

EVENT_LISTS: st.SearchStrategy[Any] = (
    st.lists(valid_events(), max_size=2)
    | st.lists(valid_events() | EVENTS, max_size=3)
    | EVENTS
    | st.none()
    | st.lists(_ODD_VALUES, max_size=2)
)
BATCHES: st.SearchStrategy[Any] = (
    st.fixed_dictionaries(
        {"events": EVENT_LISTS}, optional={"sentAt": st.none() | VALID_TIMES | ODD_TIMES}
    )
    | st.dictionaries(st.sampled_from(["events", "sentAt", "sent_at"]), _ODD_VALUES)
    | _ODD_VALUES
)
