"""Moments, numbers and free JSON, as they go in and come out."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.building import at
from tests.graphql.asking import INGEST, Api, an_event, rfc3339

SEEN = "{ profiles { nodes { firstSeen } } }"
VALUE = '{ profiles { nodes { attribute(name: "thing") { value } } } }'


async def taken_as(api: Api, time: str) -> Any:
    """The moment that an event of this time is shown with, however the time is sent."""
    await api.ingest({"id": "e1", "type": "CUSTOM", "cookieId": "c1", "time": time})
    [profile] = (await api.data(SEEN))["profiles"]["nodes"]
    return profile["firstSeen"]


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("2025-12-31T10:00:00Z", "2025-12-31T10:00:00.000Z"),
        ("2025-12-31t10:00:00z", "2025-12-31T10:00:00.000Z"),
        ("2025-12-31T10:00:00.5Z", "2025-12-31T10:00:00.500Z"),
        ("2025-12-31T10:00:00.123Z", "2025-12-31T10:00:00.123Z"),
        ("2025-12-31T10:00:00.123999Z", "2025-12-31T10:00:00.123Z"),
        ("2025-12-31T10:00:00.999999Z", "2025-12-31T10:00:00.999Z"),
        ("2025-12-31 10:00:00Z", "2025-12-31T10:00:00.000Z"),
        ("2025-12-31T10:00:00+05:30", "2025-12-31T04:30:00.000Z"),
        ("2025-12-31T10:00:00+0530", "2025-12-31T04:30:00.000Z"),
        ("2025-12-31T10:00:00-00:00", "2025-12-31T10:00:00.000Z"),
        ("2025-12-31T23:59:59.999-14:00", "2026-01-01T13:59:59.999Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ],
)
async def test_moment_is_answered_in_utc_with_milliseconds(
    api: Api, sent: str, answered: str
) -> None:
    api.world.clock.advance(days=1)

    assert await taken_as(api, sent) == answered


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T00:00:00",  # no offset: it could be any of 26 hours
        "2026-01-01T00:00:00.000",
        "2026-01-01T00:00:00+01",
        "2026-01-01T00:00:00 Z",
        "2026-01-01T00:00Z",
        "2026-01-01",
        "20260101T000000Z",
        "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00,5Z",
        "\N{FULLWIDTH DIGIT TWO}026-01-01T00:00:00Z",
        "",
        "now",
        1767225600000,
        1767225600.5,
        True,
        None,
        [],
        {},
    ],
)
async def test_time_without_an_offset_or_of_another_form_is_refused(api: Api, text: object) -> None:
    error = await api.error(INGEST, input={"events": [an_event("e1") | {"time": text}]})

    assert error["code"] == "GRAPHQL_INVALID"
    assert error["message"].startswith("Variable '$input' has invalid value at .events[0].time: ")
    assert await api.world.documents("events") == []


@pytest.mark.parametrize("literal", ['"2026-01-01T00:00:00"', '"2026-01-01T00:00Z"', "5", "A"])
async def test_literal_that_is_no_moment_is_refused(api: Api, literal: str) -> None:
    event = f'{{type: CUSTOM, cookieId: "c1", time: {literal}}}'

    error = await api.error(
        f"mutation {{ ingestEvents(input: {{events: [{event}]}}) {{ accepted }} }}"
    )

    assert (error["code"], error["path"]) == ("GRAPHQL_INVALID", None)
    assert await api.world.documents("events") == []


async def test_decimals_are_answered_with_all_their_digits(api: Api) -> None:
    digits = ["0.10", "0.20", "123456789012.345678901234567890"]
    await api.create_attribute(name="thing", dataType="NUMBER", aggregation="SUM")
    await api.ingest(*(an_event(f"e{one}", properties={"thing": one}) for one in digits))

    response = await api.send(VALUE)

    data = b'{"profiles":{"nodes":[{"attribute":{"value":123456789012.64567890123456789}}]}}'
    assert response.content.startswith(b'{"data":' + data)


async def test_decimals_in_lists_are_answered_with_all_their_digits(api: Api) -> None:
    await api.create_attribute(name="thing", dataType="NUMBER", aggregation="LIST")
    await api.ingest(
        an_event("e1", properties={"thing": [0.1, "1e-7", 1e22, "100000000000000000000.5"]})
    )

    response = await api.send(VALUE)

    numbers = b"[0.1,0.0000001,10000000000000000000000,100000000000000000000.5]"
    data = b'{"profiles":{"nodes":[{"attribute":{"value":' + numbers + b"}}]}}"
    assert response.content.startswith(b'{"data":' + data)


@pytest.mark.parametrize(
    "number", [12345678901234567890123, -(2**63) - 1, Decimal("0.12345678901234567890123")]
)
async def test_number_is_taken_with_all_its_digits(api: Api, number: int | Decimal) -> None:
    """A double has seventeen of them."""
    await api.create_attribute(name="thing", dataType="NUMBER")
    batch = {"events": [an_event("e1", properties={"thing": "NUMBER"})]}
    body = json.dumps({"query": INGEST, "variables": {"input": batch}})

    await api.send_text(body.replace('"NUMBER"', str(number)))

    found = await api.data(VALUE)
    assert found == {"profiles": {"nodes": [{"attribute": {"value": number}}]}}


@pytest.mark.parametrize("number", ["12345678901234567890123", "0.12345678901234567890123"])
async def test_number_in_the_query_is_taken_with_all_its_digits(api: Api, number: str) -> None:
    await api.create_attribute(name="thing", dataType="NUMBER")
    fields = f'type: CUSTOM, cookieId: "c1", time: "{rfc3339(at(0))}"'
    event = f"{{{fields}, properties: {{thing: {number}}}}}"

    await api.data(f"mutation {{ ingestEvents(input: {{events: [{event}]}}) {{ accepted }} }}")

    found = await api.data(VALUE)
    assert str(found["profiles"]["nodes"][0]["attribute"]["value"]) == number


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"a": None},
        {"a": [1, "b", None, True, {"c": []}]},
        {"$where": {"$gt": 1}, "a.b": {"c.d": 1}, "": {"": ""}, "%24": "%"},
        {"ключ": "☃", "a\u0000b": "\u0000"},
        {"a": 2**63 - 1, "b": -(2**63), "c": 1.5, "d": 1e308},
    ],
)
async def test_json_is_kept_as_it_was_sent(api: Api, payload: dict[str, Any]) -> None:
    await api.ingest(an_event("e1", properties=payload, context=payload, user=payload))

    [entry] = await api.world.entries()
    event = entry.event
    assert (event.properties, event.context, event.user) == (payload, payload, payload)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ([], "properties: it is not a JSON object."),
        ("text", "properties: it is not a JSON object."),
        (5, "properties: it is not a JSON object."),
        (False, "properties: it is not a JSON object."),
    ],
)
async def test_json_that_is_no_object_rejects_its_event_alone(
    api: Api, payload: object, message: str
) -> None:
    answer = await api.ingest(an_event("e1", properties=payload), an_event("e2"))

    assert answer["accepted"] == 1
    assert answer["rejected"] == [{"index": 0, "code": "EVENT_REJECTED", "message": message}]


@pytest.mark.parametrize("levels", [21, 200])
async def test_json_that_is_too_deep_rejects_its_event_alone(api: Api, levels: int) -> None:
    batch = {"events": [an_event("e1", properties="NESTED"), an_event("e2")]}
    body = json.dumps({"query": INGEST, "variables": {"input": batch}})
    nested = '{"a":' * levels + "1" + "}" * levels

    response = await api.send_text(body.replace('"NESTED"', nested))

    answer = response.json()["data"]["ingestEvents"]
    [rejection] = answer["rejected"]
    assert (answer["accepted"], rejection["index"], rejection["code"]) == (1, 0, "EVENT_TOO_LARGE")


async def test_time_of_sending_is_a_moment_too(api: Api) -> None:
    sent = {"events": [an_event("e1")], "sentAt": "2026-01-01T00:00:00"}

    error = await api.error(INGEST, input=sent)

    assert error["code"] == "GRAPHQL_INVALID"
    assert error["message"].startswith("Variable '$input' has invalid value at .sentAt: ")


async def test_moments_of_the_service_are_answered_like_those_of_events(api: Api) -> None:
    api.world.clock.advance(milliseconds=7)
    await api.ingest(an_event("e1"))

    found = await api.data("{ profiles { nodes { createdAt firstSeen } } }")

    row = {"createdAt": "2026-01-01T12:00:00.007Z", "firstSeen": rfc3339(at(0))}
    assert found == {"profiles": {"nodes": [row]}}
