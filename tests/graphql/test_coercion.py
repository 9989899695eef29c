"""Compiled coercion differs from the stock one in nothing but speed."""

from typing import Any

import pytest
from graphql import parse
from hypothesis import given, settings

from app.events.wire import EventInput as WireEvent
from graphql_schema.coercion import _converted
from tests.graphql.coercing import (
    BATCHES,
    COMPILED,
    EVENT_LISTS,
    NAMES,
    ODD_TIMES,
    STOCK,
    VALID_TIMES,
    answer,
    event_literal,
    valid_events,
)

VIEW = {"type": "VIEW", "time": "2026-01-01T00:00:00Z"}
IN_BATCH = "query ($input: IngestEventsInput!) { batch(input: $input) }"
IN_EVENTS = "query ($events: [EventInput!]!) { events(events: $events) }"
TWICE = "query ($events: [EventInput!]!) { a: events(events: $events) b: events(events: $events) }"
BY_DEFAULT = """
query ($events: [EventInput!]! = [{type: VIEW, time: "2026-01-01T00:00:00Z"}]) {
  events(events: $events)
}
"""
NEVER = """
query ($events: [EventInput!]!, $never: Boolean = false) {
  events(events: $events) @include(if: $never)
}
"""
INSIDE = "query ($events: [EventInput!]!) { batch(input: {events: $events}) }"
WITH_ANOTHER = """
query ($events: [EventInput!]!, $most: Int!) { events(events: $events, atMost: $most) }
"""


@settings(deadline=None)  # others may be busy on the same machine
@given(batch=BATCHES)
def test_batch_is_coerced_as_the_specification_says(batch: object) -> None:
    assert answer(COMPILED, IN_BATCH, input=batch) == answer(STOCK, IN_BATCH, input=batch)


@settings(deadline=None)  # others may be busy on the same machine
@given(events=EVENT_LISTS)
def test_events_are_coerced_as_the_specification_says(events: object) -> None:
    for query in (IN_EVENTS, INSIDE):
        assert answer(COMPILED, query, events=events) == answer(STOCK, query, events=events)


@settings(deadline=None)  # others may be busy on the same machine
@given(time=VALID_TIMES | ODD_TIMES, sent_at=VALID_TIMES | ODD_TIMES)
def test_moments_are_coerced_as_the_specification_says(time: str, sent_at: str) -> None:
    batch = {"events": [VIEW | {"time": time}], "sentAt": sent_at}

    assert answer(COMPILED, IN_BATCH, input=batch) == answer(STOCK, IN_BATCH, input=batch)


@settings(deadline=None)  # others may be busy on the same machine
@given(event=valid_events(keys=NAMES))
def test_event_in_the_query_means_what_it_means_in_a_variable(event: dict[str, Any]) -> None:
    written = answer(COMPILED, f"{{ events(events: [{event_literal(event)}]) }}")

    assert written == answer(COMPILED, IN_EVENTS, events=[event])
    assert written == answer(STOCK, IN_EVENTS, events=[event])


@pytest.mark.parametrize(
    "events",
    [
        [],
        [VIEW],
        VIEW,
        [VIEW, None],
        [VIEW | {"time": "2026-01-01T00:00:00"}],
        [VIEW | {"time": "2026-01-01 00:00:00Z"}],
        [VIEW | {"time": "2026-01-01T00:00:00+0100"}],
        [VIEW | {"time": "2026-01-01t00:00:00z"}],
        [VIEW | {"time": "2026-01-01T00:00:00.9999999Z"}],
        [VIEW | {"time": "0001-01-01T00:00:00+01:00"}],
        [VIEW | {"time": "9999-12-31T23:59:59-01:00"}],
        [VIEW | {"time": "9999-12-31T23:59:59.9999999Z"}],
        [VIEW | {"type": "view"}],
        [VIEW | {"sequence": 1.0}],
        [VIEW | {"sequence": True}],
        [VIEW | {"sequence": 2**31}],
        [VIEW | {"id": 5}],
        [VIEW | {"identifiers": {"type": "phone", "value": "5"}}],
        [VIEW | {"identifiers": [None]}],
        [VIEW | {"anonymousTracking": None}],
        [VIEW | {"user_id": "u1"}],
        [VIEW | {"unknown": 1}],
        [{"type": "VIEW"}, {"time": "x"}, {}],
        [{}] * 60,
    ],
)
def test_events_at_the_edges_are_coerced_as_the_specification_says(events: object) -> None:
    assert answer(COMPILED, IN_EVENTS, events=events) == answer(STOCK, IN_EVENTS, events=events)


@pytest.mark.parametrize("sent_at", ["2026-01-01T00:00:00.0009Z", "2026-01-01 00:00:00Z", None, 5])
def test_time_of_sending_is_coerced_as_the_specification_says(sent_at: object) -> None:
    batch = {"events": [VIEW | {"time": "2026-06-01T00:00:00Z"}], "sentAt": sent_at}

    assert answer(COMPILED, IN_BATCH, input=batch) == answer(STOCK, IN_BATCH, input=batch)


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (IN_EVENTS, {}),
        (WITH_ANOTHER, {"events": [VIEW], "most": 1}),
        (WITH_ANOTHER, {"events": [VIEW], "most": "x"}),
        (WITH_ANOTHER, {"events": [{}], "most": "x"}),
        (BY_DEFAULT, {}),
        ("query ($event: EventInput!) { events(events: [$event]) }", {"event": VIEW}),
        ("query ($events: [EventInput!]) { events(events: $events) }", {"events": [VIEW]}),
        (TWICE, {"events": [VIEW]}),
        (NEVER, {"events": [VIEW]}),
    ],
)
def test_operation_means_the_same_wherever_the_batch_stands(
    query: str, variables: dict[str, Any]
) -> None:
    assert answer(COMPILED, query, **variables) == answer(STOCK, query, **variables)


@pytest.mark.parametrize("name", ["A", "B"])
def test_operation_is_chosen_by_its_name(name: str) -> None:
    query = f"""
    query A($events: [ID!]) {{ __typename @skip(if: false) }}
    query B{IN_EVENTS.removeprefix("query ")}
    """
    results = [
        schema.execute_sync(query, {"events": [VIEW]}, operation_name=name)
        for schema in (COMPILED, STOCK)
    ]

    assert results[0].data == results[1].data


def test_batch_that_is_taken_by_compiled_code_is_not_coerced_again() -> None:
    """Otherwise nothing is gained: the stock way is the one that comes after a refusal."""
    converted = _converted(parse(IN_EVENTS), {"events": [VIEW]}, None)

    assert converted["events"][1] == []
    assert isinstance(converted["events"][0], list)
    assert isinstance(converted["events"][0][0], WireEvent)
