"""``eraseProfile``: what is answered, and what clients see afterwards."""

from typing import Any

from tests.graphql.asking import Api, an_event

ERASE = """
mutation ($input: EraseProfileInput!) {
  eraseProfile(input: $input) {
    erasure { requestedAt finishedAt identifierCount }
    errors { code message path }
  }
}
"""
NOON = "2026-01-01T12:00:00.000Z"


async def erase(api: Api, **profile: object) -> Any:
    return (await api.data(ERASE, input={"profile": profile}))["eraseProfile"]


async def test_person_is_erased_and_the_record_remains(api: Api) -> None:
    await api.ingest(an_event("e1", 1, userId="u1", cookieId="c1", sessionId="s1"))
    [session] = (await api.data('{ profile(by: {userId: "u1"}) { sessions { nodes { id } } } }'))[
        "profile"
    ]["sessions"]["nodes"]

    answer = await erase(api, userId="u1")

    record = {"requestedAt": NOON, "finishedAt": NOON, "identifierCount": 2}
    assert answer == {"erasure": record, "errors": []}
    query = """query ($id: ID!) {
      profile(by: {userId: "u1"}) { id } profiles { totalCount } events { totalCount }
      node(id: $id) { id }
      erasures { totalCount nodes { requestedAt finishedAt identifierCount } }
    }"""
    assert await api.data(query, id=session["id"]) == {
        "profile": None,
        "profiles": {"totalCount": 0},
        "events": {"totalCount": 0},
        "node": None,
        "erasures": {"totalCount": 1, "nodes": [record]},
    }


async def test_late_event_is_refused_by_its_place(api: Api) -> None:
    await api.ingest(an_event("e1", 1, userId="u1"))
    await erase(api, userId="u1")

    answer = await api.ingest(an_event("e2", 2, cookieId="c2"), an_event("e1", 1, userId="u1"))

    assert (answer["accepted"], answer["duplicate"]) == (1, 0)
    message = "It happened before the person it is about was erased, and is kept out."
    assert answer["rejected"] == [{"index": 1, "code": "PERSON_ERASED", "message": message}]


async def test_nobody_is_erased_who_is_not_known(api: Api) -> None:
    await api.ingest(an_event("e1", 1, userId="u1"))
    before = await api.stored()

    answer = await erase(api, userId="nobody")

    assert answer == {
        "erasure": None,
        "errors": [
            {
                "code": "PROFILE_NOT_FOUND",
                "message": "No profile is known by this reference.",
                "path": ["input", "profile"],
            }
        ],
    }
    assert await api.stored() == before
