"""Adding, changing and deleting custom attributes."""

import strawberry

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind as DocumentKind
from app.attributes.service import Changes, NewAttribute
from app.ids import split_id
from app.values import DataType
from graphql_schema.arguments import InputArgument
from graphql_schema.attributes import AttributeDefinition
from graphql_schema.context import Info
from graphql_schema.enums import ProfileKind
from graphql_schema.errors import UserError, told
from graphql_schema.rows import Row, definition_row


@strawberry.input(description="A custom attribute to be defined.")
class CreateAttributeInput:
    kind: ProfileKind = strawberry.field(description="Profiles of this kind will have it.")
    name: str = strawberry.field(description="1 to 255 letters, digits, underscores, hyphens.")
    data_type: DataType = strawberry.field(description="The type of its values.")
    aggregation: Aggregation = strawberry.field(description="How its values become its state.")
    display_name: str | None = strawberry.field(
        default=None, description="The name to show to people; else the name."
    )
    description: str | None = strawberry.field(default=None, description="What it means.")
    event_field: str | None = strawberry.field(
        default=None,
        description="The event field that feeds it: `order_value`, `properties.order_value`, "
        "`user.plan`, `account.arr`, `geo.city`. Else the property (for accounts the account "
        "trait) of the attribute's name.",
    )
    backfill: bool | None = strawberry.field(
        default=True,
        description="Whether events that are stored already feed it too, as if it had always "
        "existed. That goes on in the background; the attribute's `backfill` tells how far it is.",
    )


@strawberry.type(description="The attribute, or what was wrong.")
class AttributePayload:
    attribute: AttributeDefinition | None = strawberry.field(description="The definition.")
    errors: list[UserError] = strawberry.field(description="What was wrong with the input.")


@strawberry.input(description="Changes of a custom attribute; what is left out stays.")
class UpdateAttributeInput:
    id: strawberry.ID = strawberry.field(description="The attribute's global id.")
    display_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name to show to people; null: its name."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="What it means; null: nothing is said."
    )
    data_type: DataType | None = strawberry.field(
        default=None,
        description="Cannot be changed: define another attribute with the same event field.",
    )
    aggregation: Aggregation | None = strawberry.field(
        default=None,
        description="Cannot be changed: define another attribute with the same event field.",
    )
    event_field: str | None = strawberry.field(
        default=None, description="Cannot be changed: define another attribute."
    )


@strawberry.input(description="A custom attribute to be deleted.")
class DeleteAttributeInput:
    id: strawberry.ID = strawberry.field(description="The attribute's global id.")


@told(lambda: {"attribute": None})
async def create_attribute(info: Info, input: InputArgument[CreateAttributeInput]) -> Row:
    new = NewAttribute(
        kind=DocumentKind(input.kind.value),
        name=input.name,
        data_type=input.data_type,
        aggregation=input.aggregation,
        display_name=input.display_name,
        description=input.description,
        event_field=input.event_field,
    )
    define = info.context.services.backfill.define
    created = await define(new, backfill=input.backfill is not False, now=info.context.now)
    return {"attribute": definition_row(created)}


@told(lambda: {"attribute": None})
async def update_attribute(info: Info, input: InputArgument[UpdateAttributeInput]) -> Row:
    update = info.context.services.attributes.update
    changed = await update(_definition_id(input.id), _changes(input), now=info.context.now)
    return {"attribute": definition_row(changed)}


@told(lambda: {"deleted_id": None})
async def delete_attribute(info: Info, input: InputArgument[DeleteAttributeInput]) -> Row:
    await info.context.services.backfill.delete(_definition_id(input.id))
    return {"deleted_id": input.id}


def _definition_id(global_id: str) -> str:
    kind, key = split_id(global_id) or ("", "")
    return key if kind == AttributeDefinition.__name__ else ""


def _changes(input: UpdateAttributeInput) -> Changes:
    changes = Changes()
    if input.display_name is not strawberry.UNSET:
        changes["display_name"] = input.display_name
    if input.description is not strawberry.UNSET:
        changes["description"] = input.description
    if input.data_type is not None:
        changes["data_type"] = input.data_type
    if input.aggregation is not None:
        changes["aggregation"] = input.aggregation
    if input.event_field is not None:
        changes["event_field"] = input.event_field
    return changes
