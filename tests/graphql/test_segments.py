"""Saved segments: created, changed, deleted, found."""

from typing import Any

import pytest

from app.ids import global_id
from tests.building import NOON
from tests.graphql.asking import Api, field_of, rfc3339
from tests.performing import performed

SEGMENT = "segment { id name description kind version definition createdAt updatedAt }"
ERRORS = "errors { code message path }"
CREATE = f"""mutation ($input: CreateSegmentInput!) {{
  createSegment(input: $input) {{ {SEGMENT} {ERRORS} }}
}}"""
UPDATE = f"""mutation ($input: UpdateSegmentInput!) {{
  updateSegment(input: $input) {{ {SEGMENT} {ERRORS} }}
}}"""
DELETE = f"""mutation ($input: DeleteSegmentInput!) {{
  deleteSegment(input: $input) {{ deletedId {ERRORS} }}
}}"""
FIND = f"query ($id: ID!) {{ {SEGMENT.replace('segment', 'segment(id: $id)')} }}"
LIST = """query ($kind: ProfileKind, $search: String, $first: Int, $after: String) {
  segments(kind: $kind, search: $search, first: $first, after: $after) {
    totalCount nodes { name } pageInfo { hasNextPage endCursor }
  }
}"""
BRAZIL = {"attribute": {"name": "last_seen_country", "eq": "Brazil"}}
RECENT = {"attribute": {"name": "first_seen", "withinLast": "P30D"}}


async def create(api: Api, name: str = "Brazil", **fields: Any) -> Any:
    """The answer to a new segment of people from Brazil, or as the fields say."""
    usual = {"name": name, "kind": "USER", "definition": BRAZIL}
    return (await api.data(CREATE, input=usual | fields))["createSegment"]


async def update(api: Api, segment_id: str, **changes: Any) -> Any:
    return (await api.data(UPDATE, input={"id": segment_id} | changes))["updateSegment"]


async def find(api: Api, segment_id: str) -> Any:
    return (await api.data(FIND, id=segment_id))["segment"]


async def test_segment_is_created_and_found(api: Api) -> None:
    answer = await create(api, "  Brazil ", description="All of them.")

    segment = answer["segment"]
    assert answer["errors"] == []
    assert segment == {
        "id": segment["id"],
        "name": "Brazil",
        "description": "All of them.",
        "kind": "USER",
        "version": 1,
        "definition": BRAZIL,
        "createdAt": rfc3339(NOON),
        "updatedAt": rfc3339(NOON),
    }
    assert await find(api, segment["id"]) == segment
    node = "query ($id: ID!) { node(id: $id) { __typename id } }"
    assert (await api.data(node, id=segment["id"]))["node"] == {
        "__typename": "Segment",
        "id": segment["id"],
    }


@pytest.mark.parametrize(
    "definition",
    [
        RECENT,
        {"not": {"or": [BRAZIL, {"and": [RECENT, BRAZIL]}]}},
        {"attribute": {"name": "name", "in": ["a.b", "$set", "%24", ""]}},
        {"identifierIn": {"type": "user_id", "values": ["ana"]}},
        {"account": global_id("Account", "acme")},
    ],
)
async def test_definition_comes_back_as_it_was_sent(api: Api, definition: Any) -> None:
    created = (await create(api, definition=definition))["segment"]

    assert created["definition"] == definition
    assert (await find(api, created["id"]))["definition"] == definition


async def test_numbers_of_a_definition_keep_their_digits(api: Api) -> None:
    await api.create_attribute(name="score", dataType="NUMBER")
    text = "0.1234567890123456789012345678901234"
    query = CREATE.replace("($input: CreateSegmentInput!)", "").replace(
        "$input",
        f'{{name: "s", kind: USER, definition: {{attribute: {{name: "score", gte: {text}}}}}}}',
    )

    created = (await api.data(query))["createSegment"]["segment"]

    assert str(created["definition"]["attribute"]["gte"]) == text
    assert str((await find(api, created["id"]))["definition"]["attribute"]["gte"]) == text


async def test_definition_is_replaced_at_once_and_makes_a_new_version(api: Api) -> None:
    before = (await create(api, description="All."))["segment"]
    api.world.clock.advance(hours=1)

    answer = await update(api, before["id"], definition=RECENT)

    changed = {"definition": RECENT, "version": 2, "updatedAt": rfc3339(api.world.clock.now)}
    assert answer == {"segment": before | changed, "errors": []}
    assert await find(api, before["id"]) == before | changed


async def test_name_and_description_change_without_a_new_version(api: Api) -> None:
    before = (await create(api, description="All."))["segment"]

    assert (await update(api, before["id"], name="BR"))["segment"] == before | {"name": "BR"}
    assert (await update(api, before["id"], description=None))["segment"] == before | {
        "name": "BR",
        "description": None,
    }


async def test_change_of_another_version_than_was_looked_at_is_refused(api: Api) -> None:
    before = (await create(api))["segment"]
    await update(api, before["id"], definition=RECENT, version=1)

    answer = await update(api, before["id"], definition=BRAZIL, version=1)

    assert field_of(answer["errors"], "code") == ["SEGMENT_CHANGED"]
    assert (await find(api, before["id"]))["definition"] == RECENT


async def test_segment_is_deleted(api: Api) -> None:
    segment_id = (await create(api))["segment"]["id"]

    answer = (await api.data(DELETE, input={"id": segment_id}))["deleteSegment"]

    assert answer == {"deletedId": segment_id, "errors": []}
    assert await find(api, segment_id) is None
    again = (await api.data(DELETE, input={"id": segment_id}))["deleteSegment"]
    assert field_of(again["errors"], "code") == ["SEGMENT_NOT_FOUND"]


async def test_segments_are_listed_by_name(api: Api) -> None:
    for name in ("Pilots", "brazil", "Brazil", "a* (b)"):
        await create(api, name)
    await create(api, "Accounts", kind="ACCOUNT", definition={"account": global_id("Account", "a")})

    async def names(**arguments: Any) -> list[str]:
        listed = (await api.data(LIST, **arguments))["segments"]
        assert listed["totalCount"] >= len(listed["nodes"])
        return [one["name"] for one in listed["nodes"]]

    assert await names() == ["Accounts", "Brazil", "Pilots", "a* (b)", "brazil"]
    assert await names(kind="ACCOUNT") == ["Accounts"]
    assert await names(search="RAZ") == ["Brazil", "brazil"]
    assert await names(search="(B) A*") == ["a* (b)"]
    assert await names(search="nobody") == []


async def test_pages_of_segments_go_on_where_the_last_one_ended(api: Api) -> None:
    for name in "abcde":
        await create(api, name)

    found, after = [], None
    for _ in range(3):
        page = (await api.data(LIST, first=2, after=after))["segments"]
        found.append([one["name"] for one in page["nodes"]])
        after = page["pageInfo"]["endCursor"]

    assert found == [["a", "b"], ["c", "d"], ["e"]]


def deep(levels: int) -> Any:
    """A definition of so many conditions in each other."""
    return {"not": deep(levels - 1)} if levels else BRAZIL


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"name": "  "}, "SEGMENT_INVALID", ["name"]),
        ({"name": "x" * 256}, "SEGMENT_INVALID", ["name"]),
        ({"description": "x" * 4097}, "SEGMENT_INVALID", ["description"]),
        ({"definition": {"and": []}}, "FILTER_INVALID", ["definition", "and"]),
        (
            {"definition": {"and": [BRAZIL, {"not": {"or": []}}]}},
            "FILTER_INVALID",
            ["definition", "and", "1", "not", "or"],
        ),
        (
            {"definition": {"attribute": {"name": "no such", "eq": 1}}},
            "FILTER_INVALID",
            ["definition", "attribute", "name"],
        ),
        (
            {"definition": {"attribute": {"name": "last_seen", "contains": "x"}}},
            "FILTER_INVALID",
            ["definition", "attribute", "contains"],
        ),
        (
            {"definition": {"attribute": {"name": "last_seen", "withinLast": "PT0S"}}},
            "FILTER_INVALID",
            ["definition", "attribute", "withinLast"],
        ),
        (
            {"definition": {"attribute": {"name": "name"}}},
            "FILTER_INVALID",
            ["definition", "attribute"],
        ),
        (
            {"definition": {"attribute": {"name": "name", "notIn": []}}},
            "FILTER_INVALID",
            ["definition", "attribute", "notIn"],
        ),
        (
            {"definition": {"not": {"identifierIn": {"type": "user_id", "values": []}}}},
            "FILTER_INVALID",
            ["definition", "not", "identifierIn", "values"],
        ),
        (
            {"kind": "ACCOUNT"},
            "FILTER_INVALID",
            ["definition", "attribute", "name"],
        ),
        (
            {"definition": {"and": [BRAZIL] * 100}},
            "FILTER_INVALID",
            ["definition", "and", "99"],
        ),
        ({"definition": deep(20)}, "FILTER_INVALID", ["definition", *["not"] * 20]),
    ],
)
async def test_segment_that_means_nothing_is_refused(
    api: Api, fields: dict[str, Any], code: str, path: list[str]
) -> None:
    answer = await create(api, **fields)

    assert answer["segment"] is None
    [error] = answer["errors"]
    assert (error["code"], error["path"]) == (code, ["input", *path])
    assert await api.world.documents("segments") == []


async def test_refused_change_changes_nothing(api: Api) -> None:
    before = (await create(api))["segment"]

    answer = await update(api, before["id"], name="x", definition={"and": []})

    assert field_of(answer["errors"], "code") == ["FILTER_INVALID"]
    assert await find(api, before["id"]) == before


async def test_definition_of_ten_thousand_conditions_is_refused(api: Api) -> None:
    fields = {"name": "many", "kind": "USER", "definition": {"and": [BRAZIL] * 10_000}}

    error = await api.error(CREATE, input=fields)

    assert error["code"] == "LIST_TOO_LONG"


async def test_preview_of_what_means_nothing_tells_where(api: Api) -> None:
    preview = """query ($definition: ProfileFilter!, $sample: Int) {
      previewSegment(kind: USER, definition: $definition, sample: $sample) { size }
    }"""
    of_events = performed({"event": {"name": "x" * 5000}})

    async def refused(**variables: Any) -> Any:
        [error] = (await api.answer(preview, **variables))["errors"]
        return error["extensions"]

    assert await refused(definition=of_events) == {
        "code": "EVENT_FILTER_INVALID",
        "path": ["definition", "performed", "steps", "0", "event", "name"],
    }
    assert await refused(definition=BRAZIL, sample=201) == {
        "code": "PAGE_INVALID",
        "path": ["sample"],
    }


async def test_pattern_that_would_be_slow_elsewhere_is_quick(api: Api) -> None:
    bomb = "*a" * 100 + "b"
    answer = await create(api, definition={"attribute": {"name": "name", "matches": bomb}})

    assert answer["errors"] == []


@pytest.mark.parametrize("segment_id", ["", "nonsense", global_id("Profile", "p")])
async def test_what_is_no_id_of_a_segment_names_none(api: Api, segment_id: str) -> None:
    assert await find(api, segment_id) is None
    answer = await update(api, segment_id, name="x")
    assert field_of(answer["errors"], "code") == ["SEGMENT_NOT_FOUND"]
