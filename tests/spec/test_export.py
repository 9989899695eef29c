"""Export: everything that is stored of a person, and nothing of anybody else."""

import json
from decimal import Decimal
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from app.aggregation.monoids import Aggregation
from app.web.export import ExportEndpoint
from tests.building import an_event
from tests.living import World

T10, T20 = "2026-01-01T00:00:10Z", "2026-01-01T00:00:20Z"


async def exported(world: World, query: str) -> tuple[int, list[Any]]:
    """Status and lines of an answer."""
    endpoint = ExportEndpoint(world.services.exports)
    app = Starlette(routes=[Route("/export", endpoint.read)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.get(f"/export?{query}")
    return answer.status_code, [
        json.loads(line, parse_float=Decimal) for line in answer.text.splitlines()
    ]


async def test_profile_sessions_and_events_are_told(world: World) -> None:
    await world.define("tags", Aggregation.LIST)
    await world.ingest(
        an_event("e2", 20, user_id="u1", properties={"revenue": 0.2, "tags": ["a", "b"]}),
        an_event("e1", 10, type="VIEW", name="/", session_id="s1", properties={"revenue": 0.1}),
        an_event("other", 5, cookie_id="c2"),
    )

    status, lines = await exported(world, "user_id=u1")

    assert status == 200
    assert [next(iter(one)) for one in lines] == ["profile", "session", "event", "event"]
    profile, session = lines[0]["profile"], lines[1]["session"]
    assert profile["identifiers"] == [
        {"type": "cookie_id", "value": "c1"},
        {"type": "user_id", "value": "u1"},
    ]
    assert profile["attributes"]["total_revenue"] == Decimal("0.3")
    assert profile["attributes"]["first_seen"] == T10
    assert profile["attributes"]["tags"] == [
        {"value": "a", "time": T20},
        {"value": "b", "time": T20},
    ]
    assert (session["id"], session["attributes"]["entry_page"]) == ("s1", "/")
    assert [one["event"]["id"] for one in lines[2:]] == ["e1", "e2"]
    assert lines[3]["event"]["properties"] == {"revenue": Decimal("0.2"), "tags": ["a", "b"]}


async def test_any_identifier_will_do(world: World) -> None:
    await world.ingest(an_event("e1", 10))

    status, lines = await exported(world, "type=cookie_id&value=c1")

    assert (status, len(lines)) == (200, 2)


async def test_nobody_is_exported_who_is_not_known(world: World) -> None:
    message = "No profile is known by this reference."
    expected = (404, [{"code": "PROFILE_NOT_FOUND", "message": message}])

    assert await exported(world, "user_id=nobody") == expected
    assert await exported(world, "") == expected
