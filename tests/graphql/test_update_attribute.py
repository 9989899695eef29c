"""``updateAttribute``: what an attribute is called may change, what its values are may not."""

import asyncio
from typing import Any

import pytest

from app.ids import global_id
from tests.building import NOON
from tests.graphql.asking import Api, rfc3339

UPDATE = """
mutation ($input: UpdateAttributeInput!) {
  updateAttribute(input: $input) {
    attribute { id name displayName description dataType aggregation createdAt updatedAt }
    errors { code message path }
  }
}
"""
PLAN = global_id("AttributeDefinition", "USER:plan")


async def update(api: Api, **changes: object) -> Any:
    """The answer to a change of the attribute ``plan``."""
    return (await api.data(UPDATE, input={"id": PLAN} | changes))["updateAttribute"]


async def test_name_to_show_and_meaning_change(api: Api) -> None:
    await api.create_attribute(name="plan", description="The tariff.")
    api.world.clock.advance(hours=1)

    answer = await update(api, displayName="Tariff", description="What they pay for.")

    changed = {
        "id": PLAN,
        "name": "plan",
        "displayName": "Tariff",
        "description": "What they pay for.",
        "dataType": "STRING",
        "aggregation": "LAST",
        "createdAt": rfc3339(NOON),
        "updatedAt": rfc3339(api.world.clock.now),
    }
    assert answer == {"attribute": changed, "errors": []}
    other = await api.world.another_process().services.attributes.current()
    assert [one.display_name for one in other.with_source("properties.plan")] == ["Tariff"]


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"displayName": "Tariff"}, ("Tariff", "Paid.")),
        ({"description": "Free."}, ("Plan", "Free.")),
        ({"displayName": None}, ("plan", "Paid.")),
        ({"description": None}, ("Plan", None)),
        ({"dataType": "STRING", "aggregation": "LAST", "eventField": "plan"}, ("Plan", "Paid.")),
    ],
)
async def test_what_is_left_out_stays(
    api: Api, changes: dict[str, object], shown: tuple[str, str | None]
) -> None:
    await api.create_attribute(name="plan", displayName="Plan", description="Paid.")

    changed = (await update(api, **changes))["attribute"]

    assert (changed["displayName"], changed["description"]) == shown


EMAIL = global_id("AttributeDefinition", "USER:email")
FIXED = (
    "it cannot be changed for plan, whose values were made with it; create another attribute with "
    "the event field properties.plan instead."
)


@pytest.mark.parametrize(
    ("changes", "code", "message", "field"),
    [
        ({"dataType": "NUMBER"}, "ATTRIBUTE_FIXED", f"dataType: {FIXED}", "dataType"),
        ({"aggregation": "LIST"}, "ATTRIBUTE_FIXED", f"aggregation: {FIXED}", "aggregation"),
        ({"eventField": "user.plan"}, "ATTRIBUTE_FIXED", f"eventField: {FIXED}", "eventField"),
        (
            {"displayName": " "},
            "ATTRIBUTE_INVALID",
            "displayName: a display name is 1 to 255 characters.",
            "displayName",
        ),
        (
            {"id": EMAIL, "description": "Where to write to."},
            "ATTRIBUTE_DEFAULT",
            "email is a default attribute, which stays as it is.",
            "id",
        ),
        ({"id": "plan"}, "ATTRIBUTE_NOT_FOUND", "No attribute has this id.", "id"),
        (
            {"id": global_id("Profile", "USER:plan")},
            "ATTRIBUTE_NOT_FOUND",
            "No attribute has this id.",
            "id",
        ),
        (
            {"id": global_id("AttributeDefinition", "SESSION:view_count")},
            "ATTRIBUTE_NOT_FOUND",
            "No attribute has this id.",
            "id",
        ),
    ],
)
async def test_change_that_breaks_a_rule_is_refused_and_changes_nothing(
    api: Api, changes: dict[str, object], code: str, message: str, field: str
) -> None:
    await api.create_attribute(name="plan")
    before = await api.stored()

    answer = await update(api, **changes)

    refusal = {"code": code, "message": message, "path": ["input", field]}
    assert answer == {"attribute": None, "errors": [refusal]}
    assert await api.stored() == before


async def test_processes_that_change_definitions_at_once_lose_no_change(api: Api) -> None:
    await api.create_attribute(name="plan")
    await api.create_attribute(name="city")
    city = global_id("AttributeDefinition", "USER:city")
    other = api.world.another_process().services.attributes
    await other.current()

    await asyncio.gather(
        update(api, displayName="Tariff"),
        other.update("USER:city", {"display_name": "Town"}, now=NOON),
        update(api, id=city, description="Where they live."),
        api.create_attribute(name="street"),
    )

    names = ("plan", "city", "street")
    catalogue = await other.current()
    found = [one for name in names for one in catalogue.with_source(f"properties.{name}")]
    shown = [(one.display_name, one.description) for one in found]
    assert shown == [("Tariff", None), ("Town", "Where they live."), ("street", None)]
