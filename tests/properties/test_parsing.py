"""Whatever a client sends becomes an event that can be stored and folded, or is rejected."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import bson
import msgspec
from bson import CodecOptions
from hypothesis import example, given
from hypothesis import strategies as st

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, AttributeOrigin, ProfileKind
from app.errors import InputError
from app.events.extract import extract
from app.events.limits import MAX_DEPTH
from app.events.model import Event
from app.events.parse import Arrival, parse_event
from app.events.stored import Entry, event_document, load_entry
from app.events.wire import EventInput, IdentifierInput
from app.profiles.plan import plan
from app.values import DataType, milliseconds
from tests.building import NOON, T, at
from tests.properties.strategies import CHARACTERS, as_kept, json_objects, json_values, texts

AS_CONNECTED: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, tzinfo=UTC)
PAYLOADS = ("user", "account", "context", "properties")
FIELDS = ("id", "type", "name", "revenue", "geo", "a.b", "frustration")


def definition(data_type: DataType, field: str) -> AttributeDefinition:
    return AttributeDefinition(
        kind=ProfileKind.USER,
        name=f"{data_type}-{field.replace('.', '-')}",
        display_name=field,
        data_type=data_type,
        aggregation=Aggregation.LIST,
        origin=AttributeOrigin.CUSTOM,
        source=f"properties.{field}",
        created_at=T,
        updated_at=T,
        since=1,
    )


CURIOUS = Catalogue(1, (definition(data_type, field) for data_type in DataType for field in FIELDS))
"""The defaults, and attributes of every type that read the same fields."""

payloads = json_values | json_objects
offsets = st.integers(-14 * 60, 14 * 60).map(lambda one: timezone(timedelta(minutes=one)))
times = st.datetimes(timezones=offsets | st.just(UTC))
sometimes_texts = st.none() | texts | st.text(CHARACTERS, max_size=300)

inputs = st.builds(
    EventInput,
    type=st.sampled_from(["VIEW", "ACTION", "ERROR", "RESOURCE", "LONG_TASK", "CUSTOM"]),
    time=times,
    id=sometimes_texts,
    name=sometimes_texts,
    sequence=st.none() | st.integers(-(2**53), 2**53),
    user_id=sometimes_texts,
    cookie_id=sometimes_texts,
    identifiers=st.none() | st.lists(st.builds(IdentifierInput, texts, texts), max_size=3),
    anonymous_tracking=st.none() | st.booleans(),
    user=payloads,
    account=payloads,
    session_id=sometimes_texts,
    context=payloads,
    properties=payloads,
)
arrivals = st.builds(Arrival, st.just(NOON), st.none() | times)


def accepted(raw: EventInput, arrival: Arrival) -> Event | None:
    """The event, unless it is rejected; anything else that is raised is a failure."""
    try:
        return parse_event(raw, arrival).event
    except InputError:
        return None


def an_input(**fields: Any) -> EventInput:
    return EventInput(type="VIEW", time=T, **fields)


@given(raw=inputs, arrival=arrivals)
@example(an_input(properties={"frustration": [{}]}), Arrival(NOON))
@example(an_input(properties={"frustration": [["rage_click"]]}), Arrival(NOON))
@example(EventInput("VIEW", datetime.fromisoformat("0001-01-01T00:00:00+01:00")), Arrival(NOON))
@example(EventInput("VIEW", datetime.fromisoformat("9999-12-31T23:59:59-01:00")), Arrival(NOON))
@example(EventInput("VIEW", datetime.max.replace(tzinfo=UTC)), Arrival(NOON, at(0)))
def test_accepted_event_can_be_stored_and_loaded(raw: EventInput, arrival: Arrival) -> None:
    event = accepted(raw, arrival)
    if event is None:
        return
    stored = bson.decode(bson.encode(event_document(event)), AS_CONNECTED)

    kept = {name: as_kept(getattr(event, name)) for name in PAYLOADS}
    assert load_entry(stored) == Entry(msgspec.structs.replace(event, **kept), None)


@given(raw=inputs, arrival=arrivals)
def test_accepted_event_is_as_it_was_sent(raw: EventInput, arrival: Arrival) -> None:
    event = accepted(raw, arrival)
    if event is None:
        return
    assert (event.type, event.name, event.sequence) == (raw.type, raw.name, raw.sequence)
    assert event.id == raw.id or raw.id is None
    assert event.time == milliseconds(event.time) <= NOON + timedelta(minutes=5)
    assert event.account == (raw.account or {})
    assert event.context == (raw.context or {})
    assert event.user == ({} if raw.anonymous_tracking else raw.user or {})


@given(raw=inputs, arrival=arrivals)
@example(an_input(user_id="u1", properties={"revenue": "1e1000000"}), Arrival(NOON))
def test_accepted_event_can_be_folded(raw: EventInput, arrival: Arrival) -> None:
    event = accepted(raw, arrival)
    if event is None:
        return
    again = load_entry(bson.decode(bson.encode(event_document(event)), AS_CONNECTED)).event
    first, second = extract(event, CURIOUS), extract(again, CURIOUS)

    # a number of more digits than can be stored comes back as text, and is refused in other words
    assert first.values == second.values
    assert [one.attributes for one in first.refused] == [one.attributes for one in second.refused]
    plan([Entry(event, "p")], CURIOUS, now=NOON)


@given(depth=st.integers(1, 300), lists=st.booleans())
def test_any_depth_is_taken_or_rejected(depth: int, lists: bool) -> None:  # noqa: FBT001  # drawn
    deep: Any = {}
    for _ in range(depth - 1):
        deep = {"a": [deep]} if lists else {"a": deep}
    levels = 2 * depth - 1 if lists else depth

    event = accepted(an_input(properties=deep), Arrival(NOON))

    assert (event is not None) == (levels <= MAX_DEPTH)


def test_example_of_an_accepted_event() -> None:
    event = accepted(an_input(id="e1", user_id="u1", properties={"x": 1}), Arrival(NOON))

    assert event == Event(
        id="e1",
        type="VIEW",
        time=T,
        received_at=NOON,
        identifiers=("user_id:u1",),
        properties={"x": 1},
    )
