"""Events that cannot be taken at all, and what is left out of those that can."""

from typing import Any

import pytest

from app.errors import EventTooLargeError, InputError
from app.events.limits import MAX_DEPTH, MAX_EVENT_BYTES
from app.events.parse import Arrival, parse_event
from app.events.wire import IdentifierInput
from app.ingestion.outcome import Outcome, Rejection
from tests.building import NOON, an_event
from tests.living import World


def nested(depth: int) -> dict[str, Any]:
    """An object of so many levels."""
    return {"a": nested(depth - 1)} if depth > 1 else {}


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"event_id": ""}, "EVENT_REJECTED", "id: an id is not empty."),
        ({"event_id": "x" * 257}, "EVENT_REJECTED", "id: it is longer than 256 characters."),
        ({"name": "x" * 4097}, "EVENT_REJECTED", "name: it is longer than 4096 characters."),
        (
            {"session_id": "x" * 257},
            "EVENT_REJECTED",
            "sessionId: it is longer than 256 characters.",
        ),
        ({"sequence": 2**52}, "EVENT_REJECTED", "sequence: it does not fit into 52 bits."),
        ({"user": [1]}, "EVENT_REJECTED", "user: it is not a JSON object."),
        ({"account": "a1"}, "EVENT_REJECTED", "account: it is not a JSON object."),
        ({"context": 1}, "EVENT_REJECTED", "context: it is not a JSON object."),
        ({"properties": True}, "EVENT_REJECTED", "properties: it is not a JSON object."),
        (
            {"properties": nested(MAX_DEPTH + 1)},
            "EVENT_TOO_LARGE",
            "properties is over the limit of 20 levels.",
        ),
        (
            {"context": {"a": "x" * MAX_EVENT_BYTES}},
            "EVENT_TOO_LARGE",
            "context is over the limit of 256 KiB.",
        ),
        (
            {"identifiers": [IdentifierInput("cookie_id", f"c{one}") for one in range(1001)]},
            "EVENT_TOO_LARGE",
            "identifiers is over the limit of 1,000 identifiers.",
        ),
    ],
)
async def test_event_that_cannot_be_taken_does_not_hold_up_the_others(
    world: World, fields: dict[str, Any], code: str, message: str
) -> None:
    bad = an_event(**{"event_id": "bad", **fields})

    outcome = await world.ingest(an_event("e1"), bad, an_event("e2"))

    rejection = Rejection(1, code, message)
    assert outcome == Outcome(accepted=2, duplicate=0, rejected=[rejection], warnings=[])
    assert [one.event.id for one in await world.entries()] == ["e1", "e2"]


async def test_input_that_was_no_event_is_rejected_with_its_own_reason(world: World) -> None:
    raw = [an_event("e1"), InputError("a line that is no JSON")]

    outcome = await world.services.ingestion.ingest(raw)

    rejection = Rejection(1, "INVALID_INPUT", "a line that is no JSON")
    assert outcome == Outcome(accepted=1, duplicate=0, rejected=[rejection], warnings=[])


@pytest.mark.parametrize("depth", [1, MAX_DEPTH])
def test_payload_up_to_the_depth_limit_is_taken(depth: int) -> None:
    event = parse_event(an_event("e1", properties=nested(depth)), Arrival(NOON)).event

    assert event.properties == nested(depth)


def test_payload_deeper_than_python_recurses_is_rejected() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"a": [deep]}

    with pytest.raises(EventTooLargeError):
        parse_event(an_event("e1", properties=deep), Arrival(NOON))
