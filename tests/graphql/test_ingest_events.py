"""``ingestEvents``: what became of each event of a batch, and when the whole batch is refused."""

from typing import Any

import pytest

from app.ingestion.service import MAX_BATCH
from tests.building import NOON, at
from tests.graphql.asking import INGEST, Api, an_event, rfc3339

NOTHING: dict[str, Any] = {
    "accepted": 0,
    "duplicate": 0,
    "rejected": [],
    "warnings": [],
    "errors": [],
}


async def test_answer_says_what_became_of_each_event(api: Api) -> None:
    answer = await api.ingest(
        an_event("e1"),
        an_event("e1"),
        an_event(""),
        an_event("e2", userId="null"),
        an_event("e3", context={"geo": {"country_iso_code": "Brazil"}}),
    )

    message = '"Brazil" is not an ISO 3166-1 alpha-2 country code.'
    assert answer == {
        "accepted": 3,
        "duplicate": 1,
        "rejected": [{"index": 2, "code": "EVENT_REJECTED", "message": "id: an id is not empty."}],
        "warnings": [
            {
                "index": 3,
                "code": "IDENTIFIER_REFUSED",
                "message": 'The identifier "user_id": "null" is refused: this value identifies '
                "nobody.",
                "attribute": None,
            },
            *(
                {"index": 4, "code": "VALUE_REFUSED", "message": message, "attribute": attribute}
                for attribute in ("first_seen_country", "last_seen_country")
            ),
        ],
        "errors": [],
    }


async def test_batch_that_is_sent_again_changes_nothing(api: Api) -> None:
    events = [
        an_event("e1", 0, userId="u1", sessionId="s1", account={"id": "a1"}),
        an_event("e2", 1, type="VIEW", name="/home", sessionId="s1"),
    ]
    assert await api.ingest(*events) == {**NOTHING, "accepted": 2}
    before = await api.stored()

    api.world.clock.advance(days=40)

    assert await api.ingest(*events) == {**NOTHING, "duplicate": 2}
    assert await api.stored() == before


async def test_event_that_is_known_with_other_content_is_told(api: Api) -> None:
    await api.ingest(an_event("e1", userId="u1"))

    answer = await api.ingest(an_event("e1", userId="u2"))

    conflict = {
        "index": 0,
        "code": "CONFLICTING_DUPLICATE",
        "message": "The event e1 is known with other content, which was kept.",
        "attribute": None,
    }
    assert answer == {**NOTHING, "duplicate": 1, "warnings": [conflict]}


@pytest.mark.parametrize("size", [0, MAX_BATCH + 1])
async def test_batch_of_a_wrong_size_is_refused_as_a_whole(api: Api, size: int) -> None:
    before = await api.stored()

    answer = await api.ingest(*(an_event(f"e{number}") for number in range(size)))

    refusal = {
        "code": "BATCH_SIZE",
        "message": f"A call takes 1 to 1000 events, not {size}.",
        "path": ["input", "events"],
    }
    assert answer == {**NOTHING, "errors": [refusal]}
    assert await api.stored() == before


async def test_largest_batch_is_taken(api: Api) -> None:
    events = (an_event(f"e{number}", anonymousTracking=True) for number in range(MAX_BATCH))

    assert await api.ingest(*events) == {**NOTHING, "accepted": MAX_BATCH}


async def test_event_of_a_wrong_shape_is_a_mistake_in_the_request(api: Api) -> None:
    before = await api.stored()

    error = await api.error(INGEST, input={"events": [an_event("e1"), an_event("e2", type="VEIW")]})

    assert error == {
        "code": "GRAPHQL_INVALID",
        "message": "Variable '$input' has invalid value at .events[1].type: Value 'VEIW' does not "
        "exist in 'EventType' enum. Did you mean the enum value 'VIEW'?",
        "path": None,
    }
    assert await api.stored() == before


async def test_clock_that_is_ahead_is_set_back_by_the_time_of_sending(api: Api) -> None:
    hour = 3600
    ahead = NOON.timestamp() - at(0).timestamp() + hour

    answer = await api.ingest(an_event("e1", ahead - 60), sent_at=rfc3339(at(ahead)))

    assert answer["warnings"] == [
        {
            "index": 0,
            "code": "TIME_CORRECTED",
            "message": "2026-01-01T12:59:00+00:00 is in the future; 2026-01-01T11:59:00+00:00 was "
            "taken instead.",
            "attribute": None,
        }
    ]
    found = await api.data("{ profiles { nodes { lastSeen } } }")
    assert found == {"profiles": {"nodes": [{"lastSeen": "2026-01-01T11:59:00.000Z"}]}}


IN_A_VARIABLE = """
mutation ($events: [EventInput!]!) {
  ingestEvents(input: {events: $events}) { accepted errors { code } }
}
"""
IN_THE_QUERY = """
mutation {
  ingestEvents(input: {events: [{
    id: "e1", type: VIEW, name: "/home", time: "2026-01-01T00:00:00Z", userId: "u1",
    identifiers: [{type: "phone", value: "555"}], properties: {revenue: 25.10, tags: ["a", null]}
  }]}) { accepted errors { code } }
}
"""
IN_BOTH = """
mutation ($revenue: JSON) {
  ingestEvents(input: {events: {
    id: "e1", type: VIEW, name: "/home", time: "2026-01-01T00:00:00Z", userId: "u1",
    identifiers: {type: "phone", value: "555"}, properties: {revenue: $revenue, tags: ["a", null]}
  }}) { accepted errors { code } }
}
"""


@pytest.mark.parametrize("query", [IN_A_VARIABLE, IN_THE_QUERY, IN_BOTH])
async def test_events_may_be_written_in_any_way_that_graphql_has(api: Api, query: str) -> None:
    sent = {
        "id": "e1",
        "type": "VIEW",
        "name": "/home",
        "time": "2026-01-01T00:00:00Z",
        "userId": "u1",
        "identifiers": [{"type": "phone", "value": "555"}],
        "properties": {"revenue": 25.10, "tags": ["a", None]},
    }

    answer = await api.data(query, events=[sent], revenue=25.10)

    assert answer == {"ingestEvents": {"accepted": 1, "errors": []}}
    [entry] = await api.world.entries()
    event = entry.event
    assert (event.id, event.type, event.name, event.time) == ("e1", "VIEW", "/home", at(0))
    assert event.identifiers == ("user_id:u1", "phone:555")
    assert event.properties == {"revenue": 25.1, "tags": ["a", None]}


async def test_time_beyond_the_calendar_rejects_its_event_alone(api: Api) -> None:
    """In UTC the first of these would be in the year 0, the second in the year 10000."""
    times = ("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00")

    answer = await api.ingest(
        an_event("e1"), *(an_event(time, time=0) | {"time": time} for time in times)
    )

    assert answer == {
        **NOTHING,
        "accepted": 1,
        "rejected": [
            {
                "index": index,
                "code": "EVENT_REJECTED",
                "message": f"time: {time} is no time in UTC.",
            }
            for index, time in enumerate(times, start=1)
        ],
    }


async def test_clock_that_is_thousands_of_years_ahead_is_set_back_too(api: Api) -> None:
    event = an_event("e1") | {"time": "9000-01-01T00:00:00Z"}

    answer = await api.ingest(event, sent_at="0001-01-01T00:00:00Z")

    corrected = {
        "index": 0,
        "code": "TIME_CORRECTED",
        "message": "9000-01-01T00:00:00+00:00 is in the future; "
        "2026-01-01T12:00:00+00:00 was taken instead.",
        "attribute": None,
    }
    assert answer == {**NOTHING, "accepted": 1, "warnings": [corrected]}


async def test_anonymous_event_is_kept_and_shows_nowhere(api: Api) -> None:
    event = an_event("e1", account={"id": "a1"}, sessionId="s1", anonymousTracking=True)

    assert await api.ingest(event) == {**NOTHING, "accepted": 1}
    assert await api.data("{ accounts { totalCount } profiles { totalCount } }") == {
        "accounts": {"totalCount": 0},
        "profiles": {"totalCount": 0},
    }
    assert [one.event.id for one in await api.world.entries()] == ["e1"]
