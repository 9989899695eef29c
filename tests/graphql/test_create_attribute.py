"""``createAttribute``: rules, what feeds it, and the events that were there before it."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from app.aggregation.monoids import Aggregation
from tests.building import NOON, at
from tests.graphql.asking import Api, an_event, rfc3339
from tests.living import World

VALUE = """
query ($name: String!) {
  profiles { nodes { userId attribute(name: $name) { value } } }
}
"""
ACCOUNT_VALUE = """
query ($name: String!) {
  accounts { nodes { accountId attribute(name: $name) { value } } }
}
"""


async def user_value(api: Api, name: str) -> Any:
    """What the only profile holds for an attribute."""
    [profile] = (await api.data(VALUE, name=name))["profiles"]["nodes"]
    return profile["attribute"] and profile["attribute"]["value"]


async def account_values(api: Api, name: str) -> dict[str, Any]:
    """What each account holds for an attribute."""
    accounts = (await api.data(ACCOUNT_VALUE, name=name))["accounts"]["nodes"]
    return {one["accountId"]: one["attribute"] and one["attribute"]["value"] for one in accounts}


async def test_new_attribute_is_answered_with_all_its_fields(api: Api) -> None:
    query = """
    mutation ($input: CreateAttributeInput!) {
      createAttribute(input: $input) {
        attribute {
          kind name displayName description dataType aggregation origin eventField
          createdAt updatedAt
        }
        errors { code }
      }
    }
    """
    given = {
        "kind": "USER",
        "name": "total",
        "displayName": "Total revenue",
        "description": "In euros.",
        "dataType": "NUMBER",
        "aggregation": "SUM",
        "eventField": "order_value",
    }

    answer = await api.data(query, input=given)

    moments = {"createdAt": rfc3339(NOON), "updatedAt": rfc3339(NOON)}
    changed = {"origin": "CUSTOM", "eventField": "properties.order_value", **moments}
    assert answer == {"createAttribute": {"attribute": given | changed, "errors": []}}


@pytest.mark.parametrize(
    ("kind", "source"), [("USER", "properties.plan"), ("ACCOUNT", "account.plan")]
)
async def test_attribute_without_more_words_is_fed_and_shown_by_its_name(
    api: Api, kind: str, source: str
) -> None:
    query = """
    mutation ($input: CreateAttributeInput!) {
      createAttribute(input: $input) { attribute { displayName description eventField } }
    }
    """
    given = {"kind": kind, "name": "plan", "dataType": "STRING", "aggregation": "LAST"}

    answer = await api.data(query, input=given)

    shown = {"displayName": "plan", "description": None, "eventField": source}
    assert answer == {"createAttribute": {"attribute": shown}}


SHARED = (
    "dataType: the attribute total_revenue reads this event field as NUMBER; attributes that share "
    "a field share its type."
)


@pytest.mark.parametrize(
    ("fields", "code", "message", "field"),
    [
        (
            {"name": "a b"},
            "ATTRIBUTE_INVALID",
            "name: a name is 1 to 255 letters, digits, underscores and hyphens.",
            "name",
        ),
        (
            {"name": "session_custom_dimension_1"},
            "ATTRIBUTE_INVALID",
            "name: session custom dimensions define themselves.",
            "name",
        ),
        (
            {"aggregation": "SUM"},
            "ATTRIBUTE_INVALID",
            "aggregation: STRING takes FIRST, LAST, FIRST_AND_LAST, LIST, UNIQUE_LIST, not SUM.",
            "aggregation",
        ),
        (
            {"displayName": " "},
            "ATTRIBUTE_INVALID",
            "displayName: a display name is 1 to 255 characters.",
            "displayName",
        ),
        (
            {"description": "x" * 2001},
            "ATTRIBUTE_INVALID",
            "description: a description is at most 2000 characters.",
            "description",
        ),
        (
            {"eventField": "a..b"},
            "ATTRIBUTE_INVALID",
            "eventField: an event field is 1 to 255 characters, keys joined by dots.",
            "eventField",
        ),
        (
            {"eventField": "revenue"},
            "ATTRIBUTE_INVALID",
            SHARED,
            "dataType",
        ),
        (
            {"name": "email"},
            "ATTRIBUTE_EXISTS",
            "There is already a USER attribute named email.",
            "name",
        ),
    ],
)
async def test_attribute_that_breaks_a_rule_is_refused_and_changes_nothing(
    api: Api, fields: dict[str, object], code: str, message: str, field: str
) -> None:
    before = await api.stored()

    answer = await api.create_attribute(**({"name": "plan"} | fields))

    refusal = {"code": code, "message": message, "path": ["input", field]}
    assert answer == {"attribute": None, "errors": [refusal]}
    assert await api.stored() == before


async def test_name_is_taken_within_its_kind_only(api: Api) -> None:
    created = {"attribute": {"name": "plan"}, "errors": []}

    assert await api.create_attribute(kind="USER", name="plan") == created
    assert await api.create_attribute(kind="ACCOUNT", name="plan") == created
    assert (await api.create_attribute(kind="USER", name="plan"))["errors"] == [
        {
            "code": "ATTRIBUTE_EXISTS",
            "message": "There is already a USER attribute named plan.",
            "path": ["input", "name"],
        }
    ]


SALES = [
    an_event("e1", 10, properties={"price": 0.10}, account={"id": "a1", "seats": 2}),
    an_event("e2", 20, properties={"price": 0.20}, account={"id": "a2", "seats": 3}),
    an_event("e3", 30, properties={"price": "none"}, account={"id": "a1", "seats": 5}),
]


async def test_attribute_of_users_is_filled_from_stored_events(api: Api) -> None:
    await api.ingest(*SALES)

    await api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM")

    assert await user_value(api, "price") == Decimal("0.3")
    await api.ingest(an_event("e4", 40, properties={"price": 1}))
    assert await user_value(api, "price") == Decimal("1.3")


async def test_attribute_of_accounts_is_filled_from_stored_events(api: Api) -> None:
    await api.ingest(*SALES)

    await api.create_attribute(kind="ACCOUNT", name="seats", dataType="NUMBER", aggregation="MAX")

    assert await account_values(api, "seats") == {"a1": 5, "a2": 3}


async def test_without_back_fill_an_attribute_of_users_begins_empty(api: Api) -> None:
    await api.ingest(*SALES)

    await api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM", backfill=False)

    assert await user_value(api, "price") is None
    await api.ingest(an_event("e4", 40, properties={"price": 1}))
    assert await user_value(api, "price") == 1


async def test_without_back_fill_an_attribute_of_accounts_begins_empty(api: Api) -> None:
    await api.ingest(*SALES)

    await api.create_attribute(
        kind="ACCOUNT", name="seats", dataType="NUMBER", aggregation="SUM", backfill=False
    )

    assert await account_values(api, "seats") == {"a1": None, "a2": None}
    await api.ingest(an_event("e4", 40, account={"id": "a1", "seats": 1}))
    assert await account_values(api, "seats") == {"a1": 1, "a2": None}


async def test_profile_that_was_merged_is_filled_once(api: Api) -> None:
    await api.ingest(
        an_event("e1", 10, cookieId="c1", properties={"price": 1}),
        an_event("e2", 20, cookieId="c2", properties={"price": 2}),
    )
    await api.ingest(an_event("e3", 30, cookieId="c1", userId="u1", properties={"price": 4}))
    await api.ingest(an_event("e4", 40, cookieId="c2", userId="u1", properties={"price": 8}))

    await api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM")

    assert await user_value(api, "price") == 15


async def test_back_fill_changes_neither_the_time_of_processing_nor_other_attributes(
    api: Api,
) -> None:
    query = """
    { profiles { nodes { createdAt updatedAt lastSeen attributes { name } } } }
    """
    await api.ingest(*SALES)
    api.world.clock.advance(days=1)

    await api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM")

    names = ["first_seen", "last_seen", "first_activity", "last_activity", "price"]
    assert await api.data(query) == {
        "profiles": {
            "nodes": [
                {
                    "createdAt": rfc3339(NOON),
                    "updatedAt": rfc3339(NOON),
                    "lastSeen": rfc3339(at(30)),
                    "attributes": [{"name": name} for name in names],
                }
            ]
        }
    }


async def test_attribute_defined_while_events_stream_in_counts_each_event_once(
    api: Api, world: World
) -> None:
    """Batches before, around and after the definition; some of another process."""
    other = world.another_process()
    prices = [an_event(f"e{number}", number, properties={"price": 1}) for number in range(60)]
    batches = [prices[start : start + 3] for start in range(0, 60, 3)]

    async def stream(part: list[list[dict[str, object]]]) -> None:
        for batch in part:
            await api.ingest(*batch)

    await asyncio.gather(
        stream(batches[:10]),
        api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM"),
        stream(batches[10:]),
        other.services.ingestion.recover(),
    )

    assert await user_value(api, "price") == 60


async def test_attribute_is_defined_once_by_those_who_define_it_at_once(api: Api) -> None:
    await api.ingest(*SALES)

    answers = await asyncio.gather(
        *(
            api.create_attribute(name="price", dataType="NUMBER", aggregation="SUM")
            for _ in range(5)
        )
    )

    codes = sorted(error["code"] for answer in answers for error in answer["errors"])
    assert codes == ["ATTRIBUTE_EXISTS"] * 4
    assert await user_value(api, "price") == Decimal("0.3")


async def test_one_event_field_feeds_attributes_of_every_aggregation(api: Api) -> None:
    names = {one: f"price_{one.lower()}" for one in Aggregation}
    await api.ingest(
        *(an_event(f"e{n}", n, properties={"price": price}) for n, price in enumerate([3, 1, 3, 2]))
    )
    for aggregation, name in names.items():
        await api.create_attribute(
            name=name, dataType="NUMBER", aggregation=aggregation, eventField="price"
        )
    await api.ingest(an_event("late", 0.5, properties={"price": 5}))

    assert {one: await user_value(api, name) for one, name in names.items()} == {
        "FIRST": 3,
        "LAST": 2,
        "FIRST_AND_LAST": 2,
        "LIST": [3, 5, 1, 3, 2],
        "UNIQUE_LIST": [3, 5, 1, 2],
        "MIN": 1,
        "MAX": 5,
        "SUM": 14,
    }


async def test_session_dimension_defines_itself(api: Api) -> None:
    query = """
    { attributes(kind: USER, origin: CUSTOM_DIMENSION) {
        name displayName dataType aggregation eventField createdAt
    } }
    """
    dimension = "session_custom_dimension_7"
    await api.ingest(
        an_event("e1", 10, properties={dimension: "b"}),
        an_event("e2", 20, properties={dimension: "a"}),
        an_event("e3", 30, properties={dimension: "b"}),
    )

    assert await user_value(api, dimension) == ["b", "a"]
    assert await api.data(query) == {
        "attributes": [
            {
                "name": dimension,
                "displayName": "Session Custom Dimension 7",
                "dataType": "STRING",
                "aggregation": "UNIQUE_LIST",
                "eventField": f"properties.{dimension}",
                "createdAt": rfc3339(NOON),
            }
        ]
    }
