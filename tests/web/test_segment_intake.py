"""Segment's and RudderStack's SDKs at our address: calls, identity, traits, answers."""

import gzip
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.storage.client import Database
from tests.web.serving import ask, serve, settings

BASIC = {"authorization": f"Basic {b64encode(b'key:').decode()}"}
EVENTS = """
{ events(first: 50) { nodes {
  eventId type name time sessionId accountId user account context properties
} } }
"""
PEOPLE = "{ profiles { nodes { userId name identifiers { type value } } } }"


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(settings(), database) as client:
        yield client


def call(kind: str, message_id: str = "m1", **fields: Any) -> dict[str, Any]:
    """A call of somebody with an anonymous id."""
    usual = {"type": kind, "messageId": message_id, "anonymousId": "anon-1"}
    return {**usual, "timestamp": "2026-01-01T10:00:00Z", **fields}


async def send(client: httpx.AsyncClient, *calls: object, **fields: object) -> httpx.Response:
    return await client.post("/v1/batch", json={"batch": calls, **fields}, headers=BASIC)


async def events(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await ask(client, EVENTS)
    return {one["eventId"]: one for one in answer["data"]["events"]["nodes"]}


async def people(client: httpx.AsyncClient) -> list[Any]:
    answer = await ask(client, PEOPLE)
    nodes: list[Any] = answer["data"]["profiles"]["nodes"]
    return nodes


def ids(person: Any) -> set[str]:
    return {f"{one['type']}:{one['value']}" for one in person["identifiers"]}


async def test_every_call_becomes_an_event(client: httpx.AsyncClient) -> None:
    page = {"url": "https://shop.example/cart?a=1", "referrer": "https://example.com/"}
    answer = await send(
        client,
        call("page", "m1", name="Cart", context={"page": page}),
        call("screen", "m2", name="Checkout"),
        call("track", "m3", event="Order Completed", properties={"revenue": 75.25}),
        call("identify", "m4", userId="ana", traits={"firstName": "Ana", "lastName": "Müller"}),
        call("group", "m5", userId="ana", groupId="acme", traits={"name": "Acme"}),
        call("alias", "m6", previousId="old", userId="ana"),
    )

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    found = await events(client)
    assert {key: (one["type"], one["name"]) for key, one in found.items()} == {
        "m1": ("VIEW", "/cart"),
        "m2": ("VIEW", "Checkout"),
        "m3": ("CUSTOM", "Order Completed"),
        "m4": ("CUSTOM", "identify"),
        "m5": ("CUSTOM", "group"),
        "m6": ("CUSTOM", "alias"),
    }
    parts = {"path": "/cart", "host": "shop.example", "referrer_host": "example.com"}
    assert found["m1"]["properties"] == {**page, **parts, "name": "Cart"}
    assert found["m3"]["properties"] == {"revenue": 75.25}
    assert (found["m5"]["accountId"], found["m5"]["account"]["name"]) == ("acme", "Acme")
    [ana] = await people(client)
    assert (ana["userId"], ana["name"]) == ("ana", "Ana Müller")
    assert ids(ana) == {"user_id:ana", "cookie_id:anon-1", "cookie_id:old", "user_id:old"}


async def test_context_is_known_by_our_names(client: httpx.AsyncClient) -> None:
    context = {
        "app": {"name": "Shop", "version": "2"},
        "device": {"type": "ios", "model": "iPhone15,2"},
        "os": {"name": "iOS", "version": "17"},
        "campaign": {"name": "spring", "source": "mail"},
        "location": {"city": "Recife", "country": "BR"},
        "locale": "pt-BR",
        "ip": "203.0.113.7",
        "groupId": "acme",
        "sessionId": 17,
        "traits": {"email": "ana@example.com"},
        "externalIds": [
            {"id": "+55", "type": "Phone", "collection": "users"},
            {"id": "x", "type": "y", "collection": "accounts"},
            "nothing",
        ],
    }
    await send(client, call("track", event="Seen"), context=context)

    [event] = (await events(client)).values()
    [person] = await people(client)

    assert event["context"] == {
        "application": {"id": "Shop", "name": "Shop", "version": "2"},
        "device": {"type": "mobile", "model": "iPhone15,2", "locale": "pt-BR"},
        "os": {"name": "iOS", "version": "17"},
        "geo": {"city": "Recife", "country_iso_code": "BR"},
        "marketing": {"campaign": "spring", "source": "mail"},
    }
    assert (event["sessionId"], event["accountId"]) == ("17", "acme")
    assert event["user"] == {"email": "ana@example.com"}
    assert ids(person) == {"cookie_id:anon-1", "phone:+55"}
    assert "203.0.113.7" not in json.dumps(event)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/v1/track", "Order"), ("/v1/t", "Order"), ("/v1/identify", "identify"), ("/v1/g", "group")],
)
async def test_single_call_has_a_path_of_its_own(
    client: httpx.AsyncClient, path: str, kind: str
) -> None:
    body = {**call("ignored", event="Order", groupId="acme"), "writeKey": "key"}

    answer = await client.post(
        path, content=json.dumps(body), headers={"content-type": "text/plain"}
    )

    assert answer.status_code == 200
    assert (await events(client))["m1"]["name"] == kind


async def test_compressed_batch_with_any_content_type(client: httpx.AsyncClient) -> None:
    body = gzip.compress(json.dumps({"batch": [call("page", name="Cart")]}).encode())
    headers = BASIC | {
        "content-encoding": "gzip",
        "content-type": "application/x-www-form-urlencoded",
    }

    await client.post("/v1/batch", content=body, headers=headers)

    assert set(await events(client)) == {"m1"}


async def test_wrong_clock_is_set_right(client: httpx.AsyncClient) -> None:
    """An hour before it was sent is an hour before it arrived, whatever year the sender has."""
    timed = {"originalTimestamp": "1999-01-01T10:00:00Z", "sentAt": "1999-01-01T11:00:00Z"}
    await send(client, call("track", event="Seen", **timed))
    await send(client, call("track", "m2", event="Old", timestamp="1999-01-01T10:00:00Z"))

    found = await events(client)

    assert found["m1"]["time"] > "2026-"
    assert found["m2"]["time"] == "1999-01-01T10:00:00.000Z"


async def test_call_sent_again_counts_once(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await send(client, call("track", event="Order"), call("track", event="Order"))

    assert len(await events(client)) == 1


async def test_bad_calls_do_not_spoil_good_ones(client: httpx.AsyncClient) -> None:
    bad = [None, 1, {}, call("alias"), call("nothing"), call("track", timestamp="then")]

    answer = await send(client, *bad, call("track", "good", event="Order"))

    assert answer.status_code == 200
    assert set(await events(client)) == {"good"}


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"batch": 1}', b"\xff"])
async def test_body_that_is_none_is_refused_for_good(
    client: httpx.AsyncClient, content: bytes
) -> None:
    answer = await client.post("/v1/batch", content=content, headers=BASIC)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "EVENT_REJECTED")


@pytest.mark.parametrize("key", [{"headers": BASIC}, {"params": {"writeKey": "key"}}, {}])
async def test_key_is_asked_for(database: Database, key: dict[str, Any]) -> None:
    async with serve(settings(open_intake=False), database) as client:
        answer = await client.post("/v1/batch", json={"batch": [], "writeKey": "key"}, **key)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "KEY_REFUSED")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
FIELDS = ("userId", "traits", "context", "properties", "timestamp", "messageId", "groupId", "event")
mangled = st.builds(
    lambda kind, field, value: {**call(kind, "bad"), field: value},
    st.sampled_from(["track", "page", "screen", "identify", "group", "alias"]),
    st.sampled_from(FIELDS),
    json_values,
)


@given(bad=st.lists(mangled | json_values, max_size=4))
async def test_any_calls_are_answered_and_good_ones_are_kept(
    database: Database, bad: list[object]
) -> None:
    async with serve(settings(), database) as client:
        answer = await send(client, *bad, call("track", "good", event="Order"))
        found = await events(client)
        await database["events"].delete_many({})

    assert answer.status_code == 200
    assert "good" in found


@given(content=st.binary(max_size=40))
async def test_any_bytes_are_answered(database: Database, content: bytes) -> None:
    async with serve(settings(), database) as client:
        answer = await client.post("/v1/batch", content=content, headers=BASIC)

    assert answer.status_code in (200, 400)
