"""Who may send events: with which key, from where, how many, and what nobody ever sees."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Coroutine
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from structlog.testing import capture_logs

from app.access.model import EventSourceKind, NewEventSource
from app.access.repository import EventSourceRepository
from app.access.service import REMEMBERED_SECONDS, EventSourceService
from app.main import MAX_SDK_BODY
from app.services import utc_now
from app.storage.client import Database
from tests.web.serving import UnsteadyDatabase, an_event, serve, settings

OPEN = settings(open_intake=True)
CLOSED = settings(open_intake=False)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that takes no events without a key."""
    async with serve(CLOSED, database) as client:
        yield client


async def a_key(database: Database, **fields: Any) -> tuple[str, str]:
    """Id and write key of a new source, made by another process."""
    usual: dict[str, Any] = {"name": "Shop", "kind": EventSourceKind.API}
    sources = EventSourceService(EventSourceRepository(database))
    source, key = await sources.create(NewEventSource(**(usual | fields)), now=utc_now())
    return source.id, key


async def send(client: httpx.AsyncClient, key: str | None, **headers: str) -> httpx.Response:
    """Post one event."""
    credentials = {} if key is None else {"authorization": f"Bearer {key}"}
    event = json.dumps(an_event()).encode()
    return await client.post("/v1/events", content=event, headers=credentials | headers)


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return response.status_code, response.json()["error"]["code"]


async def test_events_are_taken_with_a_key(client: httpx.AsyncClient, database: Database) -> None:
    _, key = await a_key(database)

    response = await send(client, key)

    assert (response.status_code, response.json()["accepted"]) == (200, 1)


@pytest.mark.parametrize("key", [None, "", "pgw_wrong", "x" * 10_000, "null"])
async def test_events_without_a_right_key_are_refused(
    client: httpx.AsyncClient, database: Database, key: str | None
) -> None:
    await a_key(database)

    response = await send(client, key)

    assert problem(response) == (401, "KEY_REFUSED")
    assert response.headers["www-authenticate"] == "Bearer"
    assert await database["events"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("kind", "status"), [("API", 200), ("OTHER", 200), ("SEGMENT", 401), ("DATADOG_RUM", 401)]
)
async def test_key_counts_where_events_of_its_kind_are_taken(
    client: httpx.AsyncClient, database: Database, kind: str, status: int
) -> None:
    _, key = await a_key(database, kind=EventSourceKind(kind))

    assert (await send(client, key)).status_code == status


async def test_key_that_another_process_revoked_is_refused_within_a_second(
    client: httpx.AsyncClient, database: Database
) -> None:
    source_id, key = await a_key(database)
    assert (await send(client, key)).status_code == 200
    await EventSourceService(EventSourceRepository(database)).revoke(source_id, now=utc_now())

    await asyncio.sleep(REMEMBERED_SECONDS + 0.05)

    assert problem(await send(client, key)) == (401, "KEY_REFUSED")


async def test_intake_is_open_until_there_is_a_source(database: Database) -> None:
    async with serve(OPEN, database) as client:
        assert (await send(client, None)).status_code == 200
        assert (await send(client, "anything")).status_code == 200

    source_id, key = await a_key(database)
    async with serve(OPEN, database) as client:
        assert problem(await send(client, None)) == (401, "KEY_REFUSED")
        assert (await send(client, key)).status_code == 200

    await EventSourceService(EventSourceRepository(database)).revoke(source_id, now=utc_now())
    async with serve(OPEN, database) as client:
        assert problem(await send(client, None)) == (401, "KEY_REFUSED")


@pytest.mark.parametrize(
    ("host", "open_intake", "is_open"),
    [
        ("127.0.0.1", None, True),
        ("127.0.0.1", False, False),
        ("192.0.2.1", None, False),
        ("192.0.2.1", True, True),
    ],
)
async def test_intake_is_open_on_loopback_unless_told_otherwise(
    database: Database, host: str, *, open_intake: bool | None, is_open: bool
) -> None:
    async with serve(settings(host=host, open_intake=open_intake), database) as client:
        assert (await send(client, None)).status_code == (200 if is_open else 401)


async def test_pages_of_other_sites_are_refused(
    client: httpx.AsyncClient, database: Database
) -> None:
    _, key = await a_key(database, origins=("https://shop.example",))

    assert (await send(client, key, origin="https://shop.example")).status_code == 200
    assert (await send(client, key)).status_code == 200
    for origin in ("https://shop.example.evil.example", "http://shop.example", "null", ""):
        assert problem(await send(client, key, origin=origin)) == (403, "ORIGIN_REFUSED")


async def test_source_over_its_rate_is_told_when_to_come_again(
    client: httpx.AsyncClient, database: Database
) -> None:
    _, key = await a_key(database, rate=0.1, burst=1)

    first, second = await send(client, key), await send(client, key)

    assert first.status_code == 200
    assert problem(second) == (429, "RATE_LIMITED")
    assert 1 <= int(second.headers["retry-after"]) <= 10


async def test_database_that_is_away_is_no_reason_to_refuse_a_key(database: Database) -> None:
    _, key = await a_key(database)
    unsteady = UnsteadyDatabase(database)
    async with serve(CLOSED, unsteady) as client:
        unsteady.away = True
        response = await send(client, key)

    assert problem(response) == (503, "STORE_UNAVAILABLE")


async def test_keys_are_neither_logged_nor_answered(
    client: httpx.AsyncClient, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    source_id, key = await a_key(database, rate=0.1, burst=1)
    with capture_logs() as logged:
        answers = [
            await send(client, key),
            await send(client, key),
            await send(client, f"{key}x"),
            await send(client, key, origin="https://evil.example"),
            await client.get(f"/v1/events?dd-api-key={key}"),
        ]
    stored = [str(one) for one in await database["event_sources"].find({}).to_list()]

    told = str([(one.text, one.headers) for one in answers])
    assert source_id in stored[0]
    for text in (told, str(logged), *stored, *capsys.readouterr()):
        assert key not in text
        assert key.removeprefix("pgw_") not in text


@pytest.mark.parametrize("place", ["query", "header", "forwarded"])
async def test_keys_of_datadog_stand_where_its_sdks_put_them(
    client: httpx.AsyncClient, database: Database, place: str
) -> None:
    _, key = await a_key(database, kind=EventSourceKind.DATADOG_RUM)
    query, header = f"dd-api-key={key}", {"dd-api-key": key}
    url = {
        "query": f"/api/v2/rum?{query}",
        "header": "/api/v2/rum",
        "forwarded": f"/dd?ddforward={quote(f'/api/v2/rum?{query}')}",
    }[place]

    right = await client.post(url, headers=header if place == "header" else {})
    wrong = await client.post("/api/v2/rum?dd-api-key=pub1")

    assert right.status_code == 202
    assert problem(wrong) == (401, "KEY_REFUSED")


@pytest.mark.parametrize(
    ("kind", "path", "is_basic", "body"),
    [
        (EventSourceKind.SEGMENT, "/v1/batch", True, {"batch": []}),
        (EventSourceKind.RUDDERSTACK, "/v1/batch", True, {"batch": []}),
        (EventSourceKind.SEGMENT, "/v1/batch", False, {"batch": [], "writeKey": "key"}),
        (EventSourceKind.SEGMENT, "/v1/batch?writeKey=key", False, {"batch": []}),
        (EventSourceKind.POSTHOG, "/batch/", False, {"batch": [], "api_key": "key"}),
        (EventSourceKind.POSTHOG, "/batch/", False, {"batch": [], "token": "key"}),
        (EventSourceKind.POSTHOG, "/capture/?token=key", False, {"event": "x", "distinct_id": "u"}),
    ],
)
async def test_keys_stand_where_each_sdk_puts_them(
    client: httpx.AsyncClient,
    database: Database,
    kind: EventSourceKind,
    path: str,
    body: dict[str, Any],
    *,
    is_basic: bool,
) -> None:
    """A wrong one is refused with a status that no SDK takes for a reason to send again."""
    _, right = await a_key(database, kind=kind)

    def post(key: str) -> Coroutine[Any, Any, httpx.Response]:
        basic = f"Basic {b64encode(f'{key}:'.encode()).decode()}"
        content = json.dumps(body).replace('"key"', f'"{key}"').encode()
        sent = {"authorization": basic} if is_basic else {}
        return client.post(path.replace("=key", f"={key}"), content=content, headers=sent)

    assert (await post(right)).status_code == 200
    for wrong in ("wrong", f"{right}x", right[:-1]):
        refused = await post(wrong)
        assert problem(refused) == (401, "KEY_REFUSED")
        assert right not in refused.text


@pytest.mark.parametrize("basic", ["Basic", "Basic !", "Basic w6k=", "Basic Og==", "Bearer x", ""])
async def test_credentials_that_are_none_are_refused(client: httpx.AsyncClient, basic: str) -> None:
    answer = await client.post(
        "/v1/batch", content=b'{"batch": []}', headers={"authorization": basic}
    )

    assert problem(answer) == (401, "KEY_REFUSED")


async def test_request_of_an_sdk_is_bounded(client: httpx.AsyncClient) -> None:
    for path in ("/api/v2/rum", "/dd", "/v1/batch", "/batch/"):
        answer = await client.post(path, content=b"x" * (MAX_SDK_BODY + 1))
        assert answer.status_code == 413
