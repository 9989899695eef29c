"""Sources: created, changed, revoked, found; their write keys are shown once."""

from typing import Any

import pytest

from app.access.keys import digest
from app.ids import global_id
from tests.building import NOON
from tests.graphql.asking import Api, rfc3339

SOURCE = """{
  id name kind policy origins rate burst traitsBecomeAttributes createdAt updatedAt revokedAt
}"""
ERRORS = "errors { code message path }"
CREATE = f"""mutation ($input: CreateEventSourceInput!) {{
  createEventSource(input: $input) {{ eventSource {SOURCE} writeKey {ERRORS} }}
}}"""
UPDATE = f"""mutation ($input: UpdateEventSourceInput!) {{
  updateEventSource(input: $input) {{ eventSource {SOURCE} {ERRORS} }}
}}"""
REVOKE = f"""mutation ($input: RevokeEventSourceInput!) {{
  revokeEventSource(input: $input) {{ eventSource {SOURCE} {ERRORS} }}
}}"""
LIST = f"query ($kind: EventSourceKind) {{ eventSources(kind: $kind) {SOURCE} }}"
NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on EventSource { revokedAt } } }"
NOT_FOUND = {
    "eventSource": None,
    "errors": [
        {
            "code": "EVENT_SOURCE_NOT_FOUND",
            "message": "No source has this id.",
            "path": ["input", "id"],
        }
    ],
}


async def create(api: Api, **fields: Any) -> Any:
    """The answer to a new source of our own API, or as the fields say."""
    usual = {"name": "Shop", "kind": "API"}
    return (await api.data(CREATE, input=usual | fields))["createEventSource"]


async def sources(api: Api, kind: str | None = None) -> Any:
    return (await api.data(LIST, kind=kind))["eventSources"]


async def test_source_is_created_and_listed(api: Api) -> None:
    answer = await create(api, name=" Shop ")

    source = answer["eventSource"]
    assert answer["errors"] == []
    assert source == {
        "id": source["id"],
        "name": "Shop",
        "kind": "API",
        "policy": None,
        "origins": [],
        "rate": None,
        "burst": 10000,
        "traitsBecomeAttributes": False,
        "createdAt": rfc3339(NOON),
        "updatedAt": rfc3339(NOON),
        "revokedAt": None,
    }
    assert await sources(api) == [source]


async def test_what_a_source_may_do_is_told_or_usual_for_its_kind(api: Api) -> None:
    browser = (await create(api, kind="DATADOG_RUM"))["eventSource"]
    told = (
        await create(
            api,
            kind="SEGMENT",
            policy="MERGE_ALL",
            origins=["HTTPS://Shop.example/", "https://shop.example"],
            rate=2.5,
            burst=7,
            traitsBecomeAttributes=True,
        )
    )["eventSource"]

    assert (browser["policy"], browser["rate"]) == ("FIRST_USER_WINS", 1000)
    assert told | {"id": None} == browser | {
        "id": None,
        "kind": "SEGMENT",
        "policy": "MERGE_ALL",
        "origins": ["https://shop.example"],
        "rate": 2.5,
        "burst": 7,
        "traitsBecomeAttributes": True,
    }


async def test_write_key_is_shown_once_and_kept_as_its_digest(api: Api) -> None:
    key = (await create(api))["writeKey"]

    [stored] = await api.world.documents("event_sources")
    assert stored["digest"] == digest(key)
    assert key not in str(stored)
    changed = await api.send(
        UPDATE, input={"id": global_id("EventSource", stored["_id"]), "name": "x"}
    )
    assert key not in (await api.send(LIST)).text + changed.text


async def test_sources_are_listed_by_name_and_kind(api: Api) -> None:
    for name, kind in (("b", "API"), ("a", "POSTHOG"), ("c", "API")):
        await create(api, name=name, kind=kind)

    assert [one["name"] for one in await sources(api)] == ["a", "b", "c"]
    assert [one["name"] for one in await sources(api, "API")] == ["b", "c"]


async def test_what_is_left_out_of_a_change_stays(api: Api) -> None:
    before = (await create(api, rate=5, origins=["https://a.example"]))["eventSource"]
    api.world.clock.advance(minutes=1)

    answer = await api.data(UPDATE, input={"id": before["id"], "name": "New"})

    expected = before | {"name": "New", "updatedAt": rfc3339(api.world.clock.now)}
    assert answer["updateEventSource"] == {"eventSource": expected, "errors": []}


async def test_everything_but_the_kind_can_be_changed(api: Api) -> None:
    created = await create(api, rate=5, policy="MERGE_ALL", origins=["https://a.example"])
    before = created["eventSource"]
    changes: dict[str, object] = {
        "name": "New",
        "policy": None,
        "origins": [],
        "rate": None,
        "burst": 3,
        "traitsBecomeAttributes": True,
    }

    answer = await api.data(UPDATE, input={"id": before["id"]} | changes)

    assert answer["updateEventSource"] == {"eventSource": before | changes, "errors": []}


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "  "), ("origins", ["shop"]), ("rate", -1), ("burst", 0)],
)
async def test_source_that_breaks_a_rule_is_neither_created_nor_changed(
    api: Api, field: str, value: object
) -> None:
    known = (await create(api))["eventSource"]

    refused = await create(api, **{field: value})
    changed = await api.data(UPDATE, input={"id": known["id"], field: value})

    for answer in (refused, changed["updateEventSource"]):
        [error] = answer["errors"]
        assert (answer["eventSource"], error["code"]) == (None, "EVENT_SOURCE_INVALID")
        assert error["path"] == ["input", field]
    assert refused["writeKey"] is None
    assert await sources(api) == [known]


async def test_revoked_source_is_no_longer_listed_but_found(api: Api) -> None:
    source = (await create(api))["eventSource"]
    api.world.clock.advance(minutes=1)
    moment = rfc3339(api.world.clock.now)

    first = (await api.data(REVOKE, input={"id": source["id"]}))["revokeEventSource"]
    api.world.clock.advance(minutes=1)
    again = (await api.data(REVOKE, input={"id": source["id"]}))["revokeEventSource"]

    revoked = source | {"revokedAt": moment, "updatedAt": moment}
    assert first == again == {"eventSource": revoked, "errors": []}
    assert await sources(api) == []
    assert (await api.data(NODE, id=source["id"]))["node"] == {
        "__typename": "EventSource",
        "id": source["id"],
        "revokedAt": moment,
    }
    changed = await api.data(UPDATE, input={"id": source["id"], "name": "x"})
    assert changed["updateEventSource"] == NOT_FOUND


@pytest.mark.parametrize(
    "source_id", [global_id("EventSource", "nobody"), global_id("Segment", "x"), "x", ""]
)
async def test_source_that_is_not_there_is_told(api: Api, source_id: str) -> None:
    updated = await api.data(UPDATE, input={"id": source_id, "name": "x"})
    revoked = await api.data(REVOKE, input={"id": source_id})

    assert (updated["updateEventSource"], revoked["revokeEventSource"]) == (NOT_FOUND, NOT_FOUND)
