"""Events as nobody should send them: a coded answer, nothing half-done, good ones are taken.

``HYPOTHESIS_PROFILE=thorough`` sends every hostile value through the mutation as well.
"""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.answers import GOOD, Victim, good_event
from tests.hostile.corpus import LINES, NO_JSON, PLACES, hostile_event, hostile_events
from tests.hostile.twisting import json_values, twisted
from tests.web.serving import INGEST

EVERY = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 7
BATCHES = list(hostile_events())


@pytest.mark.parametrize(("place", "events"), BATCHES, ids=[place for place, _ in BATCHES])
async def test_lines_with_hostile_values_are_taken_or_told(
    server: Victim, place: str, events: list[str]
) -> None:
    answer = await server.lines(*map(str.encode, events))

    rejected = len(answer["rejected"])
    assert answer["accepted"] + answer["duplicate"] + rejected == len(events) + GOOD
    await server.assert_nothing_half_done()


@pytest.mark.parametrize(("place", "events"), BATCHES, ids=[place for place, _ in BATCHES])
async def test_mutation_takes_or_tells_hostile_values(
    server: Victim, place: str, events: list[str]
) -> None:
    for event in events[BATCHES.index((place, events)) % EVERY :: EVERY]:
        batch = f"[{good_event('before').decode()}, {event}, {good_event('after').decode()}]"
        body = f'{{"query": {json.dumps(INGEST)}, "variables": {{"events": {batch}}}}}'
        await server.post("/graphql", body.encode(), content_type="application/json")
    await server.assert_nothing_half_done()


async def test_lines_that_are_no_event_are_rejected_alone(server: Victim) -> None:
    broken = [hostile_event(PLACES[-2], one, f"n{n}").encode() for n, one in enumerate(NO_JSON)]
    lines = [one for one in (*LINES, *broken) if b"\n" not in one]

    answer = await server.lines(*lines)

    assert answer["accepted"] == GOOD
    assert [one["line"] for one in answer["rejected"]] == [*range(2, len(lines) + 2)]
    assert {one["code"] for one in answer["rejected"]} == {"EVENT_REJECTED"}


@pytest.mark.parametrize("body", LINES, ids=range(len(LINES)))
async def test_request_that_is_no_graphql_is_told(server: Victim, body: bytes) -> None:
    for content_type in ("application/json", "application/graphql", "text/plain", "multipart/form"):
        await server.post("/graphql", body, content_type=content_type)


async def test_ten_megabytes_of_events_are_taken(server: Victim) -> None:
    text = "x" * 10_000
    lines = [
        hostile_event(
            f'"properties": {{{{"session_custom_dimension_1": "{text}", "n": {n}}}}}', "", f"l{n}"
        )
        for n in range(1000)
    ]

    answer = await server.lines(*map(str.encode, lines))

    assert answer["accepted"] == len(lines) + GOOD
    await server.assert_nothing_half_done()


@given(data=st.data())
async def test_twisted_lines_spoil_no_other(server: Victim, data: st.DataObject) -> None:
    lines = data.draw(st.lists(twisted(good_event("twisted")), max_size=5))

    answer = await server.lines(*lines)

    assert len(answer["rejected"]) <= sum(map(len, (line.splitlines() for line in lines)))


@given(payload=json_values, place=st.sampled_from(["user", "account", "context", "properties"]))
async def test_any_json_is_taken_or_told(server: Victim, payload: object, place: str) -> None:
    event = {**json.loads(good_event("x")), place: payload}
    del event["id"]

    await server.lines(json.dumps(event).encode())
    body = json.dumps({"query": INGEST, "variables": {"events": [event]}}).encode()
    await server.post("/graphql", body, content_type="application/json")
