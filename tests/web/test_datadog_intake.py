"""Datadog's browser SDK at our address: what it sends, and the answers that make it behave."""

import gzip
import zlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.storage.client import Database
from tests.intake.rum import action, body, line, view
from tests.web.serving import UnsteadyDatabase, ask, serve, settings

RUM = "/api/v2/rum?ddsource=browser&dd-api-key=pub1&dd-request-id=r1&batch_time=1767225600000"
PAGE = {"origin": "https://shop.example", "content-type": "text/plain;charset=UTF-8"}
EVENTS = """
{ events(first: 50) { nodes {
  eventId type name time sessionId accountId user account context properties
} } }
"""


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(settings(), database) as client:
        yield client


async def events(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await ask(client, EVENTS)
    return {one["eventId"]: one for one in answer["data"]["events"]["nodes"]}


async def test_batch_is_accepted(client: httpx.AsyncClient) -> None:
    lines = body(view(2), action("a1", "CHECKOUT", frustrations=["rage_click", "new_kind"]))

    answer = await client.post(RUM, content=lines, headers=PAGE)

    assert (answer.status_code, answer.json()) == (202, {"request_id": "r1"})
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    found = await events(client)
    assert found["a1"] == {
        "eventId": "a1",
        "type": "ACTION",
        "name": "click on CHECKOUT",
        "time": "2026-01-01T00:00:00.000Z",
        "sessionId": "s1",
        "accountId": None,
        "user": {},
        "account": {},
        "context": {"application": {"id": "shop"}, "session": {"type": "user"}},
        "properties": {
            "source": "browser",
            "view": {"id": "v1", "url": "https://shop.example/cart?x=1", "referrer": ""},
            "action": {
                "type": "click",
                "target": {"name": "CHECKOUT"},
                "frustration": {"type": ["rage_click", "new_kind"]},
            },
            "frustration": ["rage_click"],
        },
    }
    assert found["v1/2"]["properties"]["path"] == found["v1/2"]["name"] == "/cart"
    assert set(found) == {"a1", "v1/2"}


@pytest.mark.parametrize(
    ("compress", "declared"),
    [
        (zlib.compress, {"query": "&dd-evp-encoding=deflate"}),
        (zlib.compress, {"header": "deflate"}),
        (gzip.compress, {"header": "gzip"}),
    ],
)
async def test_compressed_batch_through_a_proxy(
    client: httpx.AsyncClient, compress: Any, declared: dict[str, str]
) -> None:
    forward = quote(RUM + declared.get("query", ""), safe="")
    headers = PAGE | ({"content-encoding": declared["header"]} if "header" in declared else {})

    answer = await client.post(
        f"/dd?ddforward={forward}", content=compress(body(view())), headers=headers
    )

    assert answer.status_code == 202
    assert set(await events(client)) == {"v1/1"}


async def test_user_and_account_come_with_their_traits(client: httpx.AsyncClient) -> None:
    usr = {"id": 7, "name": "Ana", "email": "ana@example.com", "plan": "pro", "anonymous_id": "x"}
    await client.post(
        RUM, content=body(view(usr=usr, account={"id": "acme", "name": "Acme", "tier": "gold"}))
    )

    [event] = (await events(client)).values()
    profile = await ask(
        client, '{ profile(by: {userId: "7"}) { name identifiers { type value } } }'
    )

    assert event["user"] == {"name": "Ana", "email": "ana@example.com", "plan": "pro"}
    assert (event["accountId"], event["account"]["tier"]) == ("acme", "gold")
    assert profile["data"]["profile"] == {
        "name": "Ana",
        "identifiers": [{"type": "cookie_id", "value": "x"}, {"type": "user_id", "value": "7"}],
    }


async def test_other_types_keep_what_is_particular_to_them(client: httpx.AsyncClient) -> None:
    sent = body(
        line("error", error={"id": "e1", "message": "boom", "type": "TypeError"}),
        line("resource", resource={"id": "r1", "url": "https://cdn.example/a.js", "size": 3}),
        line("long_task", long_task={"id": "l1", "duration": 5, "scripts": [{"a": 1}]}),
        line("vital", vital={"id": "x1", "name": "checkout", "duration": 9}),
        action("c1", "order placed", "custom", context={"order_value": 75.25, "view": 1}),
        action("t1", "Menu", "tap"),
        line("action", action={"id": "st", "type": "application_start"}),
        line("telemetry", telemetry={"type": "usage"}),
        line("something_new"),
    )
    await client.post(RUM, content=sent)

    found = await events(client)

    assert {key: (one["type"], one["name"]) for key, one in found.items()} == {
        "e1": ("ERROR", "boom"),
        "r1": ("RESOURCE", "https://cdn.example/a.js"),
        "l1": ("LONG_TASK", None),
        "x1": ("CUSTOM", "checkout"),
        "c1": ("ACTION", "order placed"),
        "t1": ("ACTION", "tap on Menu"),
        "st": ("ACTION", "application_start"),
    }
    assert found["e1"]["properties"]["error"] == {"message": "boom", "type": "TypeError"}
    assert found["l1"]["properties"]["long_task"] == {"duration": 5}
    assert found["c1"]["properties"]["order_value"] == 75.25
    assert found["c1"]["properties"]["view"]["id"] == "v1"


@pytest.mark.parametrize(
    "fields", [{"session": {"id": "s1", "type": "synthetics"}}, {"device": {"type": "bot"}}]
)
async def test_robots_are_nobody(client: httpx.AsyncClient, fields: dict[str, Any]) -> None:
    await client.post(RUM, content=body(view(**fields), action("a1", "CHECKOUT", **fields)))

    answer = await ask(client, "{ profiles { totalCount } events { totalCount } }")

    assert answer["data"] == {"profiles": {"totalCount": 0}, "events": {"totalCount": 2}}


async def test_bad_lines_do_not_spoil_good_ones(client: httpx.AsyncClient) -> None:
    bad = [b"{", b"[]", b"\xff", b'"\\ud800"', line("view", view={}), line("action", date="then")]
    too_new = view(2**60)

    answer = await client.post(RUM, content=body(*bad, too_new, action("a1", "CHECKOUT"), b""))

    assert answer.status_code == 202
    assert set(await events(client)) == {"a1"}


@pytest.mark.parametrize("content", [b"{", b"[1]", body(line("action", date=None))])
async def test_body_without_a_single_event_is_refused_for_good(
    client: httpx.AsyncClient, content: bytes
) -> None:
    answer = await client.post(RUM, content=content, headers=PAGE)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "EVENT_REJECTED")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


async def test_events_without_ids_count_once_when_they_are_sent_again(
    client: httpx.AsyncClient,
) -> None:
    nameless = line("action", action={"type": "custom", "target": {"name": "order"}})
    for _ in range(2):
        await client.post(RUM, content=body(nameless))

    assert len(await events(client)) == 1


@pytest.mark.parametrize("path", ["/api/v2/replay", "/api/v2/logs", "/api/v2/profile"])
async def test_replay_and_the_like_are_taken_and_thrown_away(
    client: httpx.AsyncClient, path: str
) -> None:
    direct = await client.post(f"{path}?dd-request-id=r2", content=b"\x00" * 1000)
    forwarded = await client.post(f"/dd?ddforward={quote(path, safe='')}", content=b"x")

    assert (direct.status_code, direct.json()) == (202, {"request_id": "r2"})
    assert forwarded.status_code == 202
    assert await events(client) == {}


@pytest.mark.parametrize("proxy", ["/dd", "/dd/", "/", "", "/api/v2/rum", "/api/v2/logs"])
@pytest.mark.parametrize("site", ["", "https://browser-intake-datadoghq.com"])
async def test_proxy_may_be_named_in_any_usual_way(
    client: httpx.AsyncClient, proxy: str, site: str
) -> None:
    forward = quote(f"{site}{RUM}", safe="")

    answer = await client.post(f"{proxy}?ddforward={forward}", content=body(view()), headers=PAGE)

    assert (answer.status_code, answer.json()) == (202, {"request_id": "r1"})
    assert set(await events(client)) == {"v1/1"}


@pytest.mark.parametrize("proxy", ["/dd", "/"])
@pytest.mark.parametrize("forward", ["", "?ddforward=%2Fgraphql", "?ddforward=http%3A%2F%2F%5B"])
async def test_proxy_leads_nowhere_else(
    client: httpx.AsyncClient, proxy: str, forward: str
) -> None:
    answer = await client.post(f"{proxy}{forward}", content=b"{}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "HTTP_REQUEST")


async def test_preflight_is_answered(client: httpx.AsyncClient) -> None:
    asking = PAGE | {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-encoding",
    }

    answer = await client.options(RUM, headers=asking)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-headers"] == "content-encoding"
    assert "POST" in answer.headers["access-control-allow-methods"]


async def test_page_may_read_that_it_should_come_again(database: Database) -> None:
    unsteady = UnsteadyDatabase(database)
    async with serve(settings(), unsteady) as client:
        unsteady.away = True
        answer = await client.post(RUM, content=body(view()), headers=PAGE)
        unsteady.away = False

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-expose-headers"] == "retry-after"


@pytest.mark.parametrize("encoding", ["deflate", "gzip"])
async def test_bomb_is_refused(client: httpx.AsyncClient, encoding: str) -> None:
    bomb = zlib.compress(b"0" * (20 * 1024 * 1024))

    answer = await client.post(RUM, content=bomb, headers={"content-encoding": encoding})

    assert len(bomb) < 30_000
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("encoding", "status"), [("gzip", 400), ("deflate", 400), ("br", 415), ("identity", 202)]
)
async def test_encoding_that_is_none(client: httpx.AsyncClient, encoding: str, status: int) -> None:
    answer = await client.post(RUM, content=body(view()), headers={"content-encoding": encoding})

    assert answer.status_code == status


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
mangled = st.builds(
    lambda base, field, value: {**base, field: value},
    st.sampled_from([view(), action("a9", "X"), line("error", error={"id": "e9"})]),
    st.sampled_from(
        ["type", "date", "view", "usr", "account", "session", "_dd", "action", "error", "context"]
    ),
    json_values,
)


@given(content=st.binary() | st.lists(mangled, max_size=4).map(lambda lines: body(*lines)))
async def test_any_bytes_are_answered_and_good_events_are_kept(
    database: Database, content: bytes
) -> None:
    good = body(action("good", "CHECKOUT"))
    async with serve(settings(), database) as client:
        answer = await client.post(RUM, content=content + b"\n" + good)
        found = await events(client)
        await database["events"].delete_many({})

    assert answer.status_code == 202
    assert "good" in found


async def test_client_token_is_the_write_key(database: Database) -> None:
    async with serve(settings(open_intake=False), database) as client:
        answer = await client.post(RUM, content=body(view()), headers=PAGE)

        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "KEY_REFUSED")
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        assert await events(client) == {}


async def test_two_who_share_a_browser_are_two_and_their_views_are_shown(
    client: httpx.AsyncClient,
) -> None:
    for version, user in enumerate(["ana", "bob", "bob"], start=1):
        seen = view(version, usr={"id": user, "anonymous_id": "anon-1"})
        await client.post(RUM, content=body(seen))

    events_of = "events { totalCount nodes { eventId } }"
    query = f"{{ profiles {{ totalCount }} collisions {{ nodes {{ {events_of} }} }} }}"
    answer = await ask(client, query)

    assert answer["data"] == {
        "profiles": {"totalCount": 2},
        "collisions": {"nodes": [{"events": {"totalCount": 1, "nodes": [{"eventId": "v1/3"}]}}]},
    }
