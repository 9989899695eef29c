"""What a merge would do, before anybody does it."""

from typing import Any

import pytest

from app.ids import global_id
from tests.building import about
from tests.graphql.asking import Api, an_event

PREVIEW = """
query ($identifiers: [IdentifierInput!]!) {
  previewMerge(identifiers: $identifiers) {
    primary { id }
    profiles { id }
    identifiers { type value }
    attributes { name value }
    apart { type value }
    isBroken
  }
}
"""
C1 = {"type": "cookie_id", "value": "c1"}
C9 = {"type": "cookie_id", "value": "c9"}
U1 = {"type": "user_id", "value": "u1"}


async def two_people(api: Api) -> list[str]:
    """A cookie and a user; their global ids, the older first."""
    await api.ingest(an_event("e1", 1, properties={"revenue": 1}))
    api.world.clock.advance(seconds=1)
    await api.ingest(an_event("e2", 2, cookieId=None, userId="u1", properties={"revenue": 2}))
    return [global_id("Profile", one["_id"]) for one in await api.world.living()]


async def preview(api: Api, *identifiers: dict[str, str]) -> Any:
    return (await api.data(PREVIEW, identifiers=identifiers))["previewMerge"]


async def test_preview_is_what_the_merge_makes(api: Api) -> None:
    older, younger = await two_people(api)
    before = await api.stored()

    told = await preview(api, U1, C1, C9)

    assert await api.stored() == before
    assert told["primary"] == {"id": older}
    assert told["profiles"] == [{"id": older}, {"id": younger}]
    assert told["identifiers"] == [C1, C9, U1]
    assert (told["apart"], told["isBroken"]) == ([], False)
    await api.merge({"id": older}, {"id": younger})
    query = "query ($id: ID!) { profile(by: {id: $id}) { attributes { name value } } }"
    made = await api.data(query, id=older)
    assert told["attributes"] == made["profile"]["attributes"]


async def test_whoever_is_unknown_would_be_a_new_profile(api: Api) -> None:
    assert await preview(api, C9) == {
        "primary": None,
        "profiles": [],
        "identifiers": [C9],
        "attributes": [],
        "apart": [],
        "isBroken": False,
    }


async def test_what_was_taken_apart_would_stay_apart(api: Api) -> None:
    older, younger = await two_people(api)
    await api.merge({"id": older}, {"id": younger})
    [profile] = await api.world.living()
    unmerging = api.world.services.unmerging
    kept, _ = await unmerging.unmerge(profile["_id"], ["cookie_id:c1"], now=api.world.clock.now)

    told = await preview(api, C1, U1)

    assert told["profiles"] == [{"id": global_id("Profile", kept)}]
    assert (told["identifiers"], told["apart"]) == ([U1], [C1])


@pytest.mark.parametrize(("count", "is_broken"), [(999, False), (1000, True)])
async def test_crowd_would_be_broken(api: Api, count: int, *, is_broken: bool) -> None:
    names = [f"x:n{number}" for number in range(count)]
    for first in range(0, count, 50):
        await api.world.ingest(about(f"e{first}", "x:n0", *names[max(first, 1) : first + 50]))

    told = await preview(api, {"type": "x", "value": "n0"}, C9)

    assert len(told["identifiers"]) == count + 1
    assert told["isBroken"] is is_broken


async def test_identifier_that_names_nobody_is_an_error(api: Api) -> None:
    junk = {"type": "user_id", "value": "null"}

    assert (await api.error(PREVIEW, identifiers=[junk]))["code"] == "IDENTIFIER_REFUSED"
    assert (await api.error(PREVIEW, identifiers=[]))["code"] == "MERGE_REFUSED"
