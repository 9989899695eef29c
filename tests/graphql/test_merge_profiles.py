"""``mergeProfiles``: which profile stays, what it becomes, and what is refused."""

import asyncio
from typing import Any

import pytest

from app.ids import global_id
from tests.graphql.asking import Api, an_event, field_of


async def three_people(api: Api) -> list[str]:
    """Profiles u1, u2 and u3; their global ids, the oldest first."""
    for number in (1, 2, 3):
        user = f"u{number}"
        price = {"revenue": number, "event_url": f"/{user}"}
        session = {"sessionId": f"s{number}", "account": {"id": f"a{number}"}}
        event = an_event(f"e{number}", number, cookieId=None, userId=user, properties=price)
        await api.ingest(event | session)
        api.world.clock.advance(seconds=1)
    newest_first = await api.data("{ profiles { nodes { id } } }")
    return field_of(newest_first["profiles"]["nodes"], "id")[::-1]


def user(user_id: str) -> dict[str, object]:
    """A reference by user id."""
    return {"userId": user_id}


async def test_profiles_become_one(api: Api) -> None:
    first, second, third = await three_people(api)

    answer = await api.merge(user("u3"), {"id": second}, primary=user("u1"))

    identifiers = [{"type": "user_id", "value": value} for value in ("u1", "u2", "u3")]
    merged = answer["profile"]
    assert answer["errors"] == []
    assert (merged["id"], merged["userId"]) == (first, "u3")
    assert sorted(merged["identifiers"], key=lambda one: one["value"]) == identifiers
    query = """
    query ($ids: [ID!]!) {
      nodes(ids: $ids) { id }
      profiles {
        totalCount
        nodes {
          id firstSeen lastSeen
          attributes(names: ["total_revenue", "first_page_url", "last_page_url"]) { name value }
          sessions { nodes { sessionId } }
          accounts(first: 5) { nodes { accountId users(first: 5) { nodes { id } } } }
        }
      }
    }
    """
    assert await api.data(query, ids=[first, second, third]) == {
        "nodes": [{"id": first}] * 3,
        "profiles": {
            "totalCount": 1,
            "nodes": [
                {
                    "id": first,
                    "firstSeen": "2026-01-01T00:00:01.000Z",
                    "lastSeen": "2026-01-01T00:00:03.000Z",
                    "attributes": [
                        {"name": "first_page_url", "value": "/u1"},
                        {"name": "last_page_url", "value": "/u3"},
                        {"name": "total_revenue", "value": 6},
                    ],
                    "sessions": {"nodes": [{"sessionId": f"s{number}"} for number in (3, 2, 1)]},
                    "accounts": {
                        "nodes": [
                            {"accountId": f"a{number}", "users": {"nodes": [{"id": first}]}}
                            for number in (1, 2, 3)
                        ]
                    },
                }
            ],
        },
    }


async def test_oldest_stays_when_no_primary_is_named(api: Api) -> None:
    first, _, third = await three_people(api)

    answer = await api.merge({"id": third}, {"identifier": {"type": "user_id", "value": "u1"}})

    assert (answer["profile"]["id"], answer["errors"]) == (first, [])


async def test_events_of_a_merged_profile_go_to_the_one_that_stays(api: Api) -> None:
    first, _, third = await three_people(api)
    await api.merge(user("u3"), primary=user("u1"))

    await api.ingest(an_event("e4", 4, cookieId="c9", userId="u3"))

    query = "query ($id: ID!) { profile(by: {id: $id}) { id identifiers { value } } }"
    found = (await api.data(query, id=third))["profile"]
    assert found["id"] == first
    assert sorted(field_of(found["identifiers"], "value")) == ["c9", "u1", "u3"]


async def test_merging_again_changes_nothing(api: Api) -> None:
    first, _, third = await three_people(api)
    await api.merge(user("u3"), primary=user("u1"))
    before = await api.stored()

    answer = await api.merge({"id": third}, user("u3"), primary={"id": first})

    assert (answer["profile"]["id"], answer["errors"]) == (first, [])
    assert await api.stored() == before


@pytest.mark.parametrize(
    ("secondary", "primary", "error"),
    [
        (
            [],
            user("u1"),
            {
                "code": "MERGE_REFUSED",
                "message": "The profiles were not merged: no secondary profile is named.",
                "path": ["input", "secondary"],
            },
        ),
        (
            [user("u3"), user("u1")],
            user("u2"),
            {
                "code": "MERGE_REFUSED",
                "message": "The profiles were not merged: a secondary profile is older than the "
                "primary.",
                "path": ["input", "primary"],
            },
        ),
        (
            [user("u1")],
            user("nobody"),
            {
                "code": "PROFILE_NOT_FOUND",
                "message": "No profile is known by this reference.",
                "path": ["input", "primary"],
            },
        ),
        (
            [user("u1"), {"identifier": {"type": "cookie_id", "value": "u2"}}],
            None,
            {
                "code": "PROFILE_NOT_FOUND",
                "message": "No profile is known by this reference.",
                "path": ["input", "secondary", "1"],
            },
        ),
        (
            [user("u1"), {"id": global_id("Account", "a1")}],
            None,
            {
                "code": "PROFILE_NOT_FOUND",
                "message": "No profile is known by this reference.",
                "path": ["input", "secondary", "1"],
            },
        ),
    ],
)
async def test_merge_that_is_refused_changes_nothing(
    api: Api, secondary: list[Any], primary: dict[str, object] | None, error: dict[str, Any]
) -> None:
    await three_people(api)
    before = await api.stored()

    answer = await api.merge(*secondary, primary=primary)

    assert answer == {"profile": None, "errors": [error]}
    assert await api.stored() == before


async def test_merges_in_opposite_directions_leave_one_profile(api: Api) -> None:
    first, second, third = await three_people(api)

    answers = await asyncio.gather(
        api.merge({"id": first}, {"id": second}),
        api.merge({"id": second}, {"id": third}),
        api.merge({"id": third}, {"id": first}),
    )

    assert [(one["profile"]["id"], one["errors"]) for one in answers] == [(first, [])] * 3
    query = """
    { profiles { totalCount nodes { id attribute(name: "total_revenue") { value } } } }
    """
    assert await api.data(query) == {
        "profiles": {"totalCount": 1, "nodes": [{"id": first, "attribute": {"value": 6}}]}
    }
