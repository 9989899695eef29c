"""``attributes`` and ``attribute``: the definitions; and the values that profiles hold."""

import itertools
from decimal import Decimal
from typing import Any

import pytest

from app.attributes.defaults import (
    account_attributes,
    datadog_user_attributes,
    piwik_user_attributes,
)
from tests.graphql.asking import Api, an_event, field_of

NAMES = """
query ($kind: ProfileKind!, $origin: AttributeOrigin) {
  attributes(kind: $kind, origin: $origin) { name }
}
"""


async def names(api: Api, kind: str, origin: str | None = None) -> list[str]:
    """The names of the attributes of a kind."""
    return field_of((await api.data(NAMES, kind=kind, origin=origin))["attributes"], "name")


async def test_attributes_are_the_defaults_then_the_others_by_age(api: Api) -> None:
    await api.create_attribute(name="zebra")
    await api.create_attribute(name="ape")
    await api.create_attribute(kind="ACCOUNT", name="lion")
    await api.ingest(an_event("e1", properties={"session_custom_dimension_2": "x"}))

    users = [one.name for one in (*datadog_user_attributes(), *piwik_user_attributes())]
    assert await names(api, "USER") == [*users, "zebra", "ape", "session_custom_dimension_2"]
    assert await names(api, "ACCOUNT") == [*(one.name for one in account_attributes()), "lion"]


async def test_attributes_of_one_origin_are_listed_alone(api: Api) -> None:
    await api.create_attribute(name="plan")
    await api.ingest(an_event("e1", properties={"session_custom_dimension_2": "x"}))

    assert await names(api, "USER", "CUSTOM") == ["plan"]
    assert await names(api, "USER", "CUSTOM_DIMENSION") == ["session_custom_dimension_2"]
    assert await names(api, "USER", "IMPORTED") == []
    assert await names(api, "ACCOUNT", "CUSTOM") == []
    assert await names(api, "ACCOUNT", "DEFAULT") == [
        "account_id",
        "account_name",
        "first_seen",
        "last_seen",
    ]


async def test_default_attribute_is_described_like_any_other(api: Api) -> None:
    query = """
    {
      attribute(kind: USER, name: "last_seen_country") {
        kind name displayName description dataType aggregation origin eventField
      }
    }
    """

    assert await api.data(query) == {
        "attribute": {
            "kind": "USER",
            "name": "last_seen_country",
            "displayName": "Last Seen Country",
            "description": None,
            "dataType": "STRING",
            "aggregation": "LAST",
            "origin": "DEFAULT",
            "eventField": "context.geo.country_iso_code",
        }
    }


@pytest.mark.parametrize(
    ("kind", "name"),
    [("USER", "nothing"), ("USER", ""), ("ACCOUNT", "email"), ("USER", "started_at")],
)
async def test_attribute_that_is_not_there_is_null(api: Api, kind: str, name: str) -> None:
    query = """
    query ($kind: ProfileKind!, $name: String!) { attribute(kind: $kind, name: $name) { id } }
    """

    assert await api.data(query, kind=kind, name=name) == {"attribute": None}


async def test_kind_of_profile_is_a_user_or_an_account(api: Api) -> None:
    error = await api.error(NAMES, kind="SESSION")

    assert error["code"] == "GRAPHQL_INVALID"


def timed(*values: object) -> list[dict[str, object]]:
    """Values of events at 10, 20 and 30 seconds."""
    moments = (f"2026-01-01T00:00:{second}.000Z" for second in (10, 20, 30))
    return [{"value": value, "time": time} for value, time in zip(values, moments, strict=False)]


NOTHING_MORE: dict[str, Any] = {"first": None, "last": None, "values": None}


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [
        ("FIRST", {"value": Decimal("0.5"), **NOTHING_MORE}),
        ("LAST", {"value": Decimal("0.5"), **NOTHING_MORE}),
        ("MIN", {"value": Decimal("0.25"), **NOTHING_MORE}),
        ("MAX", {"value": Decimal("0.5"), **NOTHING_MORE}),
        ("SUM", {"value": Decimal("1.25"), **NOTHING_MORE}),
        (
            "FIRST_AND_LAST",
            {
                "value": Decimal("0.5"),
                "first": Decimal("0.5"),
                "last": Decimal("0.5"),
                "values": None,
            },
        ),
        (
            "LIST",
            {
                "value": [Decimal("0.5"), Decimal("0.25"), Decimal("0.5")],
                "first": None,
                "last": None,
                "values": timed(Decimal("0.5"), Decimal("0.25"), Decimal("0.5")),
            },
        ),
        (
            "UNIQUE_LIST",
            {
                "value": [Decimal("0.5"), Decimal("0.25")],
                "first": None,
                "last": None,
                "values": timed(Decimal("0.5"), Decimal("0.25")),
            },
        ),
    ],
)
async def test_value_shows_what_its_aggregation_keeps(
    api: Api, aggregation: str, expected: dict[str, Any]
) -> None:
    await api.create_attribute(name="price", dataType="NUMBER", aggregation=aggregation)
    prices = zip(itertools.count(10, 10), (0.5, 0.25, 0.5), strict=False)
    await api.ingest(
        *(an_event(f"e{time}", time, properties={"price": price}) for time, price in prices)
    )
    query = """
    {
      profiles {
        nodes {
          attribute(name: "price") {
            name value first last values { value time } definition { name aggregation }
          }
        }
      }
    }
    """

    found = await api.data(query)

    definition = {"name": "price", "aggregation": aggregation}
    row = {"name": "price", **expected, "definition": definition}
    assert found == {"profiles": {"nodes": [{"attribute": row}]}}


@pytest.mark.parametrize(
    ("data_type", "raw", "shown"),
    [
        ("STRING", 5, "5"),
        ("NUMBER", "49.90", Decimal("49.9")),
        ("NUMBER", 2**53 + 1, 2**53 + 1),
        (
            "NUMBER",
            "0.1234567890123456789012345678901234",
            Decimal("0.1234567890123456789012345678901234"),
        ),
        ("NUMBER", -0.0, 0),
        ("BOOLEAN", "true", True),
        ("DATETIME", "2026-01-01T01:00:00.1239+01:00", "2026-01-01T00:00:00.123Z"),
        ("DATETIME", 0, "1970-01-01T00:00:00.000Z"),
        ("IP", "2001:DB8::0", "2001:db8::"),
    ],
)
async def test_value_is_shown_as_its_type(
    api: Api, data_type: str, raw: object, shown: object
) -> None:
    await api.create_attribute(name="thing", dataType=data_type)
    await api.ingest(an_event("e1", properties={"thing": raw}))

    found = await api.data('{ profiles { nodes { attribute(name: "thing") { value } } } }')

    assert found == {"profiles": {"nodes": [{"attribute": {"value": shown}}]}}


async def test_values_are_listed_in_the_order_of_their_definitions(api: Api) -> None:
    await api.create_attribute(name="zebra")
    await api.create_attribute(name="ape")
    await api.ingest(an_event("e1", userId="u1", properties={"ape": "a", "zebra": "z"}))
    query = """
    query ($names: [String!]) { profiles { nodes { attributes(names: $names) { name } } } }
    """

    async def listed(**variables: object) -> list[str]:
        [row] = (await api.data(query, **variables))["profiles"]["nodes"]
        return field_of(row["attributes"], "name")

    seen = ["user_id", "first_seen", "last_seen", "first_activity", "last_activity"]
    assert await listed() == [*seen, "zebra", "ape"]
    assert await listed(names=None) == [*seen, "zebra", "ape"]
    assert await listed(names=["ape", "nothing", "zebra", "user_id", "ape"]) == [
        "user_id",
        "zebra",
        "ape",
    ]
    assert await listed(names=[]) == []
