"""PostHog's SDKs at our address: forms of bodies, identity, groups, meaning, answers."""

import gzip
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.storage.client import Database
from tests.web.serving import ask, serve, settings

EVENTS = """
{ events(first: 50) { nodes {
  eventId type name time sessionId accountId account context properties
} } }
"""
PEOPLE = "{ profiles { nodes { userId email identifiers { type value } } } }"
WEB = {"$lib": "web", "token": "phc_1"}


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(settings(), database) as client:
        yield client


def event(name: str, uuid: str = "e1", who: str = "ana", **fields: Any) -> dict[str, Any]:
    """An event from a server."""
    usual = {"event": name, "uuid": uuid, "distinct_id": who, "timestamp": "2026-01-01T10:00:00Z"}
    return {**usual, "properties": {}, **fields}


def on_page(name: str, uuid: str, who: str, **properties: Any) -> dict[str, Any]:
    """An event from a page."""
    return event(name, uuid, who, properties={**WEB, **properties})


async def send(client: httpx.AsyncClient, *batch: object) -> httpx.Response:
    return await client.post("/batch/", json={"api_key": "phc_1", "batch": batch})


async def events(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await ask(client, EVENTS)
    return {one["eventId"]: one for one in answer["data"]["events"]["nodes"]}


async def people(client: httpx.AsyncClient) -> list[Any]:
    answer = await ask(client, PEOPLE)
    nodes: list[Any] = answer["data"]["profiles"]["nodes"]
    return nodes


def ids(person: Any) -> set[str]:
    return {f"{one['type']}:{one['value']}" for one in person["identifiers"]}


async def test_batch_is_taken(client: httpx.AsyncClient) -> None:
    answer = await send(client, event("order", properties={"revenue": 10, "$session_id": "s1"}))

    assert (answer.status_code, answer.json()) == (200, {"status": 1})
    [found] = (await events(client)).values()
    assert (found["type"], found["name"], found["sessionId"]) == ("CUSTOM", "order", "s1")
    assert found["properties"]["revenue"] == 10
    [person] = await people(client)
    assert ids(person) == {"user_id:ana", "distinct_id:ana"}


SENT = json.dumps(on_page("seen", "e1", "x")).encode()


@pytest.mark.parametrize("path", ["/capture/", "/e/", "/i/v0/e/", "/capture", "/track/"])
@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", SENT),
        ("", b"[" + SENT + b"]"),
        ("?compression=gzip-js&_=1767225600000", gzip.compress(SENT)),
        ("?compression=base64", b"data=" + quote(b64encode(SENT), safe="").encode()),
        ("", b"data=" + quote(SENT, safe="").encode()),
    ],
)
async def test_script_sends_in_many_forms(
    client: httpx.AsyncClient, path: str, query: str, body: bytes
) -> None:
    answer = await client.post(path + query, content=body, headers={"content-type": "text/plain"})

    assert answer.status_code == 200
    assert set(await events(client)) == {"e1"}


async def test_visitor_who_logs_in_is_one_person(client: httpx.AsyncClient) -> None:
    await send(
        client,
        on_page("$pageview", "e1", "anon-1", **{"$process_person_profile": False}),
        on_page("$identify", "e2", "ana", **{"$anon_distinct_id": "anon-1"}),
        event("$set", "e3", "ana", **{"$set": {"email": "ana@example.com"}}),
        on_page("$create_alias", "e4", "ana", alias="ana-2", **{"$is_identified": True}),
    )

    [ana] = await people(client)

    assert (ana["userId"], ana["email"]) == ("ana", "ana@example.com")
    assert ids(ana) == {
        *("user_id:ana", "distinct_id:ana", "distinct_id:anon-1", "distinct_id:ana-2"),
    }


@pytest.mark.parametrize(
    ("properties", "known"),
    [
        ({"$is_identified": False}, False),
        ({"$is_identified": True}, True),
        ({"$user_id": "x"}, True),
        ({}, False),
    ],
)
async def test_visitor_of_a_page_has_a_user_id_only_when_identified(
    client: httpx.AsyncClient, properties: dict[str, Any], *, known: bool
) -> None:
    await send(client, on_page("seen", "e1", "x", **properties))

    [person] = await people(client)

    assert person["userId"] == ("x" if known else None)


@pytest.mark.parametrize(
    ("groups", "account"),
    [
        ({"company": "acme"}, "acme"),
        ({"project": "p", "Organization": "acme"}, "acme"),
        ({"club": "acme"}, "acme"),
        ({"project": "p", "team": "t"}, None),
        ("nothing", None),
    ],
)
async def test_account_is_the_company_among_the_groups(
    client: httpx.AsyncClient, groups: object, account: str | None
) -> None:
    await send(client, event("order", properties={"$groups": groups}))

    assert (await events(client))["e1"]["accountId"] == account


async def test_group_has_traits(client: httpx.AsyncClient) -> None:
    about = {"$group_type": "company", "$group_key": "acme", "$group_set": {"name": "Acme"}}
    await send(client, event("$groupidentify", properties=about))

    [found] = (await events(client)).values()

    assert (found["accountId"], found["account"]) == ("acme", {"name": "Acme", "id": "acme"})


async def test_events_of_pages_mean_what_they_do_elsewhere(client: httpx.AsyncClient) -> None:
    thrown = [{"type": "TypeError", "value": "boom"}]
    button = {"$el_text": "CHECKOUT", "$event_type": "click"}
    await send(
        client,
        on_page("$pageview", "e1", "x", **{"$current_url": "https://shop.example/cart?a"}),
        on_page("$screen", "e2", "x", **{"$screen_name": "Cart"}),
        on_page("$autocapture", "e3", "x", **button),
        on_page("$rageclick", "e4", "x", **{"$elements": [button, {}]}),
        on_page("$exception", "e5", "x", **{"$exception_list": thrown}),
    )

    found = await events(client)

    assert {key: (one["type"], one["name"]) for key, one in found.items()} == {
        "e1": ("VIEW", "/cart"),
        "e2": ("VIEW", "Cart"),
        "e3": ("ACTION", "click on CHECKOUT"),
        "e4": ("ACTION", "click on CHECKOUT"),
        "e5": ("ERROR", "boom"),
    }
    assert found["e4"]["properties"]["frustration"] == ["rage_click"]
    assert found["e5"]["properties"]["error"] == {"type": "TypeError", "message": "boom"}


async def test_context_is_that_of_the_person_not_of_a_server(client: httpx.AsyncClient) -> None:
    facts = {"$os": "Linux", "$browser": "Firefox", "$browser_version": 140, "$ip": "203.0.113.7"}
    await send(
        client,
        on_page("seen", "e1", "x", **facts, **{"$device_type": "Mobile", "utm_source": "mail"}),
        event("seen", "e2", properties={**facts, "$lib": "posthog-python", "$is_server": True}),
    )

    found = await events(client)

    assert found["e1"]["context"] == {
        "os": {"name": "Linux"},
        "browser": {"name": "Firefox", "version": "140"},
        "device": {"type": "mobile"},
        "marketing": {"source": "mail"},
    }
    assert found["e2"]["context"] == {}
    assert "203.0.113.7" not in json.dumps(list(found.values()))


async def test_age_of_an_event_counts(client: httpx.AsyncClient) -> None:
    batch = [event("old", timestamp="1999-01-01T10:00:00Z")]
    await client.post("/batch/", json={"batch": batch, "sent_at": "1999-01-01T11:00:00Z"})
    await client.post("/e/?_=915188400000", json=event("old", "e2", timestamp=915184800000))
    await send(client, event("imported", "e3", timestamp="1999-01-01T10:00:00Z"))

    found = await events(client)

    assert found["e1"]["time"] > "2026-"
    assert found["e2"]["time"] > "2026-"
    assert found["e3"]["time"] == "1999-01-01T10:00:00.000Z"


@pytest.mark.parametrize("path", ["/flags/?v=2", "/decide/?v=3"])
async def test_there_are_no_feature_flags(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.post(path, json={"token": "phc_1", "distinct_id": "x"})

    assert answer.status_code == 200
    assert answer.json()["featureFlags"] == answer.json()["flags"] == {}
    assert answer.json()["sessionRecording"] is False


async def test_configuration_and_recordings_are_answered(client: httpx.AsyncClient) -> None:
    assert (await client.get("/array/phc_1/config")).json()["hasFeatureFlags"] is False
    assert (await client.post("/s/", content=b"\x00")).status_code == 200


async def test_bad_events_do_not_spoil_good_ones(client: httpx.AsyncClient) -> None:
    answer = await send(client, None, 1, {}, event("x", timestamp="then"), event("y", "good"))

    assert answer.status_code == 200
    assert set(await events(client)) == {"good"}


@pytest.mark.parametrize("content", [b"{", b"1", b"\xff", b"data=", b"data=%00", b"\x1f\x8b\x00"])
async def test_body_that_is_none_is_refused_for_good(
    client: httpx.AsyncClient, content: bytes
) -> None:
    answer = await client.post("/e/", content=content)

    assert answer.status_code == 400


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
NAMES = ["$identify", "$pageview", "$autocapture", "$exception", "$groupidentify", "order"]
mangled = st.builds(
    lambda name, field, value: {**event(name, "bad"), field: value},
    st.sampled_from(NAMES),
    st.sampled_from(["distinct_id", "timestamp", "offset", "$set", "$set_once", "uuid"]),
    json_values,
) | st.builds(
    lambda name, key, value: on_page(name, "bad", "x", **{key: value}),
    st.sampled_from(NAMES),
    st.sampled_from(
        ["$groups", "$elements", "$exception_list", "$set", "$device_type", "$anon_distinct_id"]
    ),
    json_values,
)


@given(bad=st.lists(mangled | json_values, max_size=4))
async def test_any_events_are_answered_and_good_ones_are_kept(
    database: Database, bad: list[object]
) -> None:
    async with serve(settings(), database) as client:
        answer = await send(client, *bad, event("order", "good"))
        found = await events(client)
        await database["events"].delete_many({})

    assert answer.status_code == 200
    assert "good" in found


@given(content=st.binary(max_size=40), path=st.sampled_from(["/e/", "/batch/"]))
async def test_any_bytes_are_answered(database: Database, content: bytes, path: str) -> None:
    async with serve(settings(), database) as client:
        answer = await client.post(path, content=content)

    assert answer.status_code in (200, 400)
