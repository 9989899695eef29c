"""Taking a profile apart, as clients do it."""

from typing import Any

import pytest

from app.ids import global_id
from tests.graphql.asking import Api, an_event

UNMERGE = """
mutation ($input: UnmergeProfileInput!) {
  unmergeProfile(input: $input) {
    profile { id userId identifiers { type value } attribute(name: "total_revenue") { value } }
    split { id userId identifiers { type value } attribute(name: "total_revenue") { value } }
    errors { code message path }
  }
}
"""
C1 = {"type": "cookie_id", "value": "c1"}
U1 = {"type": "user_id", "value": "u1"}


async def two_as_one(api: Api) -> str:
    """A profile of a cookie and a user; its global id."""
    await api.ingest(
        an_event("e1", 1, properties={"revenue": 1}),
        an_event("e2", 2, cookieId="c1", userId="u1", properties={"revenue": 2}),
    )
    [profile] = await api.world.living()
    return global_id("Profile", profile["_id"])


async def unmerge(api: Api, profile: dict[str, Any], *identifiers: dict[str, str]) -> Any:
    answer = await api.data(UNMERGE, input={"profile": profile, "identifiers": identifiers})
    return answer["unmergeProfile"]


async def test_both_are_answered_as_they_are_then(api: Api) -> None:
    profile = await two_as_one(api)

    answer = await unmerge(api, {"id": profile}, C1)

    split = answer["split"].pop("id")
    assert answer == {
        "profile": {
            "id": profile,
            "userId": "u1",
            "identifiers": [U1],
            "attribute": {"value": 2},
        },
        "split": {"userId": None, "identifiers": [C1], "attribute": {"value": 1}},
        "errors": [],
    }
    node = "query ($id: ID!) { node(id: $id) { ... on Profile { identifiers { value } } } }"
    assert await api.data(node, id=split) == {"node": {"identifiers": [{"value": "c1"}]}}


async def test_without_anything_of_its_own_nobody_is_split_off(api: Api) -> None:
    profile = await two_as_one(api)
    await unmerge(api, {"id": profile}, C1)
    await api.ingest(an_event("e3", 3, cookieId="c3", userId="u1"))

    answer = await unmerge(api, {"userId": "u1"}, {"type": "cookie_id", "value": "c3"})

    assert (answer["profile"]["identifiers"], answer["split"]) == ([U1], None)


@pytest.mark.parametrize(
    ("profile", "identifiers", "error"),
    [
        (
            {"userId": "nobody"},
            [C1],
            {
                "code": "PROFILE_NOT_FOUND",
                "message": "No profile is known by this reference.",
                "path": ["input", "profile"],
            },
        ),
        (
            {"userId": "u1"},
            [C1, {"type": "x", "value": "1"}],
            {
                "code": "UNMERGE_REFUSED",
                "message": "The profile was not taken apart: x:1 is no identifier of the profile.",
                "path": ["input", "identifiers", "1"],
            },
        ),
        (
            {"userId": "u1"},
            [C1, U1],
            {
                "code": "UNMERGE_REFUSED",
                "message": "The profile was not taken apart: the profile would have no identifier "
                "left.",
                "path": ["input", "identifiers"],
            },
        ),
    ],
)
async def test_refused_unmerge_changes_nothing(
    api: Api, profile: dict[str, Any], identifiers: list[dict[str, str]], error: dict[str, Any]
) -> None:
    await two_as_one(api)
    before = await api.stored()

    answer = await unmerge(api, profile, *identifiers)

    assert answer == {"profile": None, "split": None, "errors": [error]}
    assert await api.stored() == before
