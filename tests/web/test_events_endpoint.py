"""``POST /v1/events``: every line stands alone, and the answer speaks of lines."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from app.main import MAX_BODY
from app.storage.client import Database
from tests.web.serving import INGEST, an_event, ask, send_lines, serve, settings

NOTHING: dict[str, Any] = {"accepted": 0, "duplicate": 0, "rejected": [], "warnings": []}


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server on a fresh database."""
    async with serve(settings(), database) as client:
        yield client


async def test_answer_says_what_became_of_each_line(client: httpx.AsyncClient) -> None:
    response = await send_lines(
        client,
        an_event("e1"),
        an_event(""),
        an_event("e2", userId="null"),
        an_event("e1"),
        an_event("e3", context={"geo": {"country_iso_code": "UK"}}),
    )

    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    message = '"UK" is not an ISO 3166-1 alpha-2 country code.'
    assert response.json() == {
        "accepted": 3,
        "duplicate": 1,
        "rejected": [{"line": 2, "code": "EVENT_REJECTED", "message": "id: an id is not empty."}],
        "warnings": [
            {
                "line": 3,
                "code": "IDENTIFIER_REFUSED",
                "message": 'The identifier "user_id": "null" is refused: this value identifies '
                "nobody.",
                "attribute": None,
            },
            *(
                {"line": 5, "code": "VALUE_REFUSED", "message": message, "attribute": attribute}
                for attribute in ("first_seen_country", "last_seen_country")
            ),
        ],
    }


@pytest.mark.parametrize("body", [b"", b"\n", b"\r\n \t\r\n"])
async def test_body_without_events_is_answered_with_nothing(
    client: httpx.AsyncClient, body: bytes
) -> None:
    response = await client.post("/v1/events", content=body)

    assert (response.status_code, response.json()) == (200, NOTHING)


async def test_blank_lines_count_as_lines_and_are_passed_over(client: httpx.AsyncClient) -> None:
    response = await send_lines(client, b"", an_event("e1"), b" \r", b"{}\r", an_event("e2"), b"")

    answer = response.json()
    assert (answer["accepted"], [one["line"] for one in answer["rejected"]]) == (2, [4])


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"nothing",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b"\xff",
        b'{"type": "VIEW"}',
        b'{"type": "view", "time": "2026-01-01T00:00:00Z"}',
        b'{"type": "VIEW", "time": "2026-01-01T00:00:00"}',
        b'{"type": "VIEW", "time": "0001-01-01T00:00:00+01:00"}',
        b'{"type": "VIEW", "time": "2026-01-01T00:00:00Z", "unknown": 1}',
        b'{"type": "VIEW", "time": "2026-01-01T00:00:00Z", "user_id": "u1"}',
        b'{"type": "VIEW", "time": "2026-01-01T00:00:00Z", "userId": 5}',
        b'{"type": "VIEW", "time": "2026-01-01T00:00:00Z", "properties": []}',
        b'{"type": "VIEW", "time": "2026-01-01T00:00:00Z"} {}',
    ],
)
async def test_line_that_is_no_event_is_rejected_alone(
    client: httpx.AsyncClient, line: bytes
) -> None:
    response = await send_lines(client, an_event("e1"), line, an_event("e2"))

    answer = response.json()
    [rejection] = answer["rejected"]
    assert (response.status_code, answer["accepted"]) == (200, 2)
    assert (rejection["line"], rejection["code"]) == (2, "EVENT_REJECTED")


@pytest.mark.parametrize("levels", [21, 200, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [(b'{"a":', b"}"), (b"[", b"]")])
async def test_line_that_is_too_deep_is_rejected_alone(
    client: httpx.AsyncClient, levels: int, opening: bytes, closing: bytes
) -> None:
    nested = opening * levels + b"1" + closing * levels
    deep = b'{"type":"VIEW","time":"2026-01-01T00:00:00Z","properties":{"a":' + nested + b"}}"

    response = await send_lines(client, an_event("e1"), deep, an_event("e2"))

    answer = response.json()
    assert (answer["accepted"], [one["line"] for one in answer["rejected"]]) == (2, [2])
    assert answer["rejected"][0]["code"] in {"EVENT_REJECTED", "EVENT_TOO_LARGE"}


async def test_any_number_of_lines_is_taken(client: httpx.AsyncClient) -> None:
    lines: list[object] = [
        an_event(f"e{number}", anonymousTracking=True) for number in range(1, 2501)
    ]
    lines[1499] = b"{"  # line 1500
    lines[2099] = lines[0]

    answer = (await send_lines(client, *lines)).json()

    rejected = [(one["line"], one["code"]) for one in answer["rejected"]]
    assert (answer["accepted"], answer["duplicate"]) == (2498, 1)
    assert (rejected, answer["warnings"]) == ([(1500, "EVENT_REJECTED")], [])


async def test_event_counts_once_whichever_way_it_is_sent(client: httpx.AsyncClient) -> None:
    event = an_event("e1", userId="u1", properties={"revenue": 0.1, "n": 2**70, "x": [None]})

    lines = (await send_lines(client, event)).json()
    mutation = await ask(client, INGEST, events=[event])
    again = (await send_lines(client, event)).json()

    assert lines == {**NOTHING, "accepted": 1}
    assert mutation["data"] == {"ingestEvents": {"accepted": 0, "duplicate": 1, "errors": []}}
    assert again == {**NOTHING, "duplicate": 1}


def large_body() -> Iterator[bytes]:
    """Blank lines, a little more of them than a request may have."""
    for _ in range(MAX_BODY // 2**20):
        yield b"\n" * 2**20
    yield b"\n"


async def in_chunks() -> AsyncIterator[bytes]:
    """The same without its length said beforehand."""
    for chunk in large_body():
        yield chunk


@pytest.mark.parametrize("path", ["/v1/events", "/graphql"])
@pytest.mark.parametrize("announced", [True, False])
async def test_body_that_is_too_large_is_refused(
    client: httpx.AsyncClient, path: str, *, announced: bool
) -> None:
    content = b"".join(large_body()) if announced else in_chunks()
    headers = {"content-type": "application/json"}

    response = await client.post(path, content=content, headers=headers)

    error = {"code": "HTTP_REQUEST", "message": "Content Too Large"}
    assert (response.status_code, response.text) == (
        413,
        json.dumps({"error": error}, separators=(",", ":")),
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_other_methods_are_refused(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/v1/events")

    error = {"code": "HTTP_REQUEST", "message": "Method Not Allowed"}
    assert (response.status_code, response.json()) == (405, {"error": error})
    assert response.headers["allow"] == "POST"
