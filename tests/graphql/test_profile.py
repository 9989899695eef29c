"""``profile``: one person by whatever names them, and what is known about them."""

from typing import Any

import pytest

from app.ids import global_id
from tests.building import NOON
from tests.graphql.asking import Api, an_event, rfc3339

FIND = "query ($by: ProfileRef!) { profile(by: $by) { id userId } }"


async def found(api: Api, **by: object) -> Any:
    """The profile of a reference."""
    return (await api.data(FIND, by=by))["profile"]


async def test_profile_is_found_by_everything_that_names_it(api: Api) -> None:
    phone = {"type": "phone", "value": "555"}
    await api.ingest(an_event("e1", cookieId="c1", userId="u1", identifiers=[phone]))
    await api.ingest(an_event("e2", cookieId="c2", userId="u2"))

    profile = await found(api, userId="u1")

    assert profile["userId"] == "u1"
    assert await found(api, id=profile["id"]) == profile
    assert await found(api, identifier={"type": "user_id", "value": "u1"}) == profile
    assert await found(api, identifier={"type": "cookie_id", "value": "c1"}) == profile
    assert await found(api, identifier=phone) == profile


async def test_id_of_a_merged_profile_leads_to_the_one_that_stayed(api: Api) -> None:
    await api.ingest(an_event("e1", cookieId="c1"))
    api.world.clock.advance(seconds=1)
    await api.ingest(an_event("e2", cookieId="c2"))
    other = {"type": "cookie_id", "value": "c2"}
    first = await found(api, identifier={"type": "cookie_id", "value": "c1"})
    second = await found(api, identifier=other)

    await api.ingest(an_event("e3", cookieId="c1", identifiers=[other]))

    assert first["id"] != second["id"]
    assert await found(api, id=first["id"]) == first
    assert await found(api, id=second["id"]) == first
    assert await found(api, identifier=other) == first


@pytest.mark.parametrize(
    "by",
    [
        {"userId": "nobody"},
        {"userId": ""},
        {"userId": "$where"},
        {"identifier": {"type": "cookie_id", "value": "u1"}},
        {"identifier": {"type": "", "value": ""}},
        {"id": ""},
        {"id": "u1"},
        {"id": "☃"},
        {"id": global_id("Profile", "nobody")},
        {"id": global_id("Account", "a1")},
        {"id": global_id("Session", "s1")},
    ],
)
async def test_reference_that_means_nobody_is_answered_with_null(
    api: Api, by: dict[str, object]
) -> None:
    await api.ingest(an_event("e1", userId="u1", sessionId="s1", account={"id": "a1"}))

    assert await found(api, **by) is None


async def test_identifier_of_another_type_is_not_found_by_a_colon(api: Api) -> None:
    await api.ingest(an_event("e1", cookieId=None, userId="u:1"))

    assert await found(api, identifier={"type": "user_id:u", "value": "1"}) is None


@pytest.mark.parametrize(
    "by", [{}, {"userId": None}, {"userId": "u1", "id": "x"}, {"userId": "u1", "id": None}]
)
async def test_reference_is_exactly_one_thing(api: Api, by: dict[str, object]) -> None:
    error = await api.error(FIND, by=by)

    assert (error["code"], error["path"]) == ("GRAPHQL_INVALID", None)


async def test_default_attributes_are_fields(api: Api) -> None:
    def context(number: int, country: str) -> dict[str, object]:
        return {
            "application": {"id": f"app{number}"},
            "geo": {
                "city": f"city{number}",
                "country_iso_code": country,
                "country_subdivision": f"region{number}",
            },
            "device": {"type": f"device{number}"},
            "os": {"name": f"os{number}", "version": f"{number}.0"},
            "browser": {"name": f"browser{number}", "version": f"{number}.1"},
        }

    user = {"email": "ana@example.com", "name": "Ana"}
    events = [
        an_event("e1", 10, cookieId=None, userId="u1", context=context(1, "br"), user=user),
        an_event("e2", 20, cookieId=None, userId="u1", context=context(2, "US")),
    ]
    await api.ingest(*events)
    expected = {
        "identifiers": [{"type": "user_id", "value": "u1"}],
        "createdAt": rfc3339(NOON),
        "updatedAt": rfc3339(NOON),
        "userId": "u1",
        "email": "ana@example.com",
        "name": "Ana",
        "firstSeen": "2026-01-01T00:00:10.000Z",
        "lastSeen": "2026-01-01T00:00:20.000Z",
        "firstSeenApplication": "app1",
        "lastSeenApplication": "app2",
        "firstCity": "city1",
        "lastCity": "city2",
        "firstSeenCountry": {"code": "BR", "name": "Brazil"},
        "lastSeenCountry": {"code": "US", "name": "United States"},
        "firstRegion": "region1",
        "lastRegion": "region2",
        "firstDeviceType": "device1",
        "lastDeviceType": "device2",
        "firstOsName": "os1",
        "lastOsName": "os2",
        "firstOsVersion": "1.0",
        "lastOsVersion": "2.0",
        "firstBrowserName": "browser1",
        "lastBrowserName": "browser2",
        "firstBrowserVersion": "1.1",
        "lastBrowserVersion": "2.1",
    }

    answer = await api.data(f'{{ profile(by: {{userId: "u1"}}) {{ {selection(expected)} }} }}')

    assert answer == {"profile": expected}


async def test_profile_shows_null_where_nothing_is_known(api: Api) -> None:
    await api.ingest(an_event("e1"))
    query = """
    {
      profile(by: {identifier: {type: "cookie_id", value: "c1"}}) {
        userId email firstCity lastSeenCountry { code }
        attribute(name: "email") { value }
        accounts { nodes { id } totalCount }
        sessions { nodes { id } totalCount }
      }
    }
    """

    assert await api.data(query) == {
        "profile": {
            "userId": None,
            "email": None,
            "firstCity": None,
            "lastSeenCountry": None,
            "attribute": None,
            "accounts": {"nodes": [], "totalCount": 0},
            "sessions": {"nodes": [], "totalCount": 0},
        }
    }


async def test_late_event_moves_the_time_of_processing_and_nothing_that_is_later(api: Api) -> None:
    await api.ingest(an_event("e1", 100, userId="u1", context={"geo": {"city": "Rio"}}))
    api.world.clock.advance(hours=1)

    await api.ingest(an_event("e2", 50, userId="u1", context={"geo": {"city": "Bahia"}}))

    query = """
    { profile(by: {userId: "u1"}) { firstCity lastCity lastSeen createdAt updatedAt } }
    """
    assert await api.data(query) == {
        "profile": {
            "firstCity": "Bahia",
            "lastCity": "Rio",
            "lastSeen": "2026-01-01T00:01:40.000Z",
            "createdAt": "2026-01-01T12:00:00.000Z",
            "updatedAt": "2026-01-01T13:00:00.000Z",
        }
    }


def selection(shape: dict[str, Any]) -> str:
    """The fields that an answer of this shape needs."""
    return " ".join(
        f"{name} {{ {selection(inner)} }}" if (inner := _row(value)) else name
        for name, value in shape.items()
    )


def _row(value: object) -> dict[str, Any] | None:
    row = value[0] if isinstance(value, list) else value
    return row if isinstance(row, dict) else None
