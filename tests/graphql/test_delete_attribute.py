"""``deleteAttribute``: the values go at once, and nothing of them comes back with the name."""

from typing import Any

import pytest

from app.ids import global_id
from tests.graphql.asking import Api, an_event

DELETE = """
mutation ($input: DeleteAttributeInput!) {
  deleteAttribute(input: $input) { deletedId errors { code message path } }
}
"""
VALUES = """
{ profiles { nodes { attributes(names: ["price"]) { name value definition { id } } } } }
"""
PRICE = global_id("AttributeDefinition", "USER:price")
NAMED = ["input", "id"]
SALES = [
    an_event("e1", 10, properties={"price": 2}, account={"id": "a1", "seats": 2}),
    an_event("e2", 20, properties={"price": 3}, account={"id": "a1", "seats": 5}),
]


async def delete(api: Api, definition_id: str = PRICE) -> Any:
    """The answer to a deletion."""
    return (await api.data(DELETE, input={"id": definition_id}))["deleteAttribute"]


async def values(api: Api) -> list[Any]:
    """What the only profile holds for the attribute ``price``."""
    [profile] = (await api.data(VALUES))["profiles"]["nodes"]
    return [one["value"] for one in profile["attributes"]]


async def fields(api: Api, collection: str = "profiles") -> set[str]:
    """The attributes that stand in the only document."""
    [document] = await api.world.documents(collection)
    return set(document["attributes"])


async def test_values_and_definition_are_gone_at_once(api: Api) -> None:
    await api.ingest(*SALES)
    await api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM")
    assert await values(api) == [5]

    answer = await delete(api)

    query = '{ attribute(kind: USER, name: "price") { name } }'
    assert answer == {"deletedId": PRICE, "errors": []}
    assert await values(api) == []
    assert await api.data(query) == {"attribute": None}
    assert await api.data("query ($id: ID!) { node(id: $id) { id } }", id=PRICE) == {"node": None}


@pytest.mark.parametrize(
    ("kind", "name", "collection"),
    [("USER", "price", "profiles"), ("ACCOUNT", "seats", "accounts")],
)
async def test_values_are_swept_out_of_the_documents(
    api: Api, kind: str, name: str, collection: str
) -> None:
    await api.ingest(*SALES)
    before = await fields(api, collection)
    await api.create_attribute(kind=kind, name=name, dataType="NUMBER", aggregation="LIST")
    assert await fields(api, collection) == before | {name}

    await delete(api, global_id("AttributeDefinition", f"{kind}:{name}"))
    await api.world.services.backfill.start()

    assert await fields(api, collection) == before


async def test_deleted_attribute_is_fed_no_more(api: Api) -> None:
    await api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM")
    await delete(api)

    answer = await api.ingest(*SALES)

    assert (answer["accepted"], answer["warnings"]) == (2, [])
    assert "price" not in await fields(api)


@pytest.mark.parametrize("swept", [True, False])
async def test_name_begins_anew_with_another_type(api: Api, *, swept: bool) -> None:
    await api.ingest(*SALES)
    await api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM")
    await delete(api)
    if swept:
        await api.world.services.backfill.start()

    created = await api.create_attribute(name="price", dataType="STRING", aggregation="UNIQUE_LIST")

    assert created == {"attribute": {"name": "price"}, "errors": []}
    assert await values(api) == [["2", "3"]]
    await api.ingest(an_event("e3", 30, properties={"price": "free"}))
    assert await values(api) == [["2", "3", "free"]]


async def test_name_begins_empty_without_a_back_fill(api: Api) -> None:
    await api.ingest(*SALES)
    await api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM")
    await delete(api)
    await api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM", backfill=False)

    assert await values(api) == []
    await api.ingest(an_event("e3", 30, properties={"price": 4}))
    assert await values(api) == [4]


async def test_id_of_a_deleted_attribute_never_means_the_one_that_took_its_name(api: Api) -> None:
    await api.ingest(*SALES)
    await api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM")
    await delete(api)
    await api.create_attribute(name="price", dataType="NUMBER", aggregation="MAX")

    assert (await delete(api))["errors"] == [
        {"code": "ATTRIBUTE_NOT_FOUND", "message": "No attribute has this id.", "path": NAMED}
    ]
    [profile] = (await api.data(VALUES))["profiles"]["nodes"]
    again = global_id("AttributeDefinition", "USER:price~2")
    shown = {"name": "price", "value": 3, "definition": {"id": again}}
    assert profile["attributes"] == [shown]
    assert await delete(api, again) == {"deletedId": again, "errors": []}
    assert await values(api) == []


@pytest.mark.parametrize(
    ("definition_id", "code", "message"),
    [
        (
            global_id("AttributeDefinition", "USER:email"),
            "ATTRIBUTE_DEFAULT",
            "email is a default attribute, which stays as it is.",
        ),
        (PRICE, "ATTRIBUTE_NOT_FOUND", "No attribute has this id."),
        ("price", "ATTRIBUTE_NOT_FOUND", "No attribute has this id."),
    ],
)
async def test_deletion_that_is_refused_changes_nothing(
    api: Api, definition_id: str, code: str, message: str
) -> None:
    await api.ingest(*SALES)
    before = await api.stored()

    answer = await delete(api, definition_id)

    refusal = {"code": code, "message": message, "path": NAMED}
    assert answer == {"deletedId": None, "errors": [refusal]}
    assert await api.stored() == before


async def test_session_dimension_comes_back_empty_with_the_next_event_that_carries_it(
    api: Api,
) -> None:
    name = "session_custom_dimension_7"
    query = f'{{ profiles {{ nodes {{ attribute(name: "{name}") {{ value }} }} }} }}'
    await api.ingest(an_event("e1", 10, properties={name: "a"}))

    await delete(api, global_id("AttributeDefinition", f"USER:{name}"))

    assert (await api.data(query))["profiles"]["nodes"] == [{"attribute": None}]
    await api.ingest(an_event("e2", 20, properties={name: "b"}))
    assert (await api.data(query))["profiles"]["nodes"] == [{"attribute": {"value": ["b"]}}]


async def test_search_finds_nobody_by_its_values_any_more(api: Api) -> None:
    await api.create_attribute(name="city", dataType="STRING", aggregation="LIST")
    await api.create_attribute(name="home", dataType="STRING", aggregation="LAST")
    cities = {"city": ["São Paulo", "Recife"], "home": "Recife"}
    await api.ingest(an_event("e1", 10, userId="ana", user={"name": "Paulo"}, properties=cities))
    [found] = await api.world.documents("profiles")
    assert {"sao", "paulo", "recife"} <= set(found["terms"])

    await delete(api, global_id("AttributeDefinition", "USER:city"))
    await api.world.services.backfill.start()

    [left] = await api.world.documents("profiles")
    assert set(found["terms"]) - set(left["terms"]) == {"sao"}
