"""Attributes: definitions, values, and adding custom ones."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.aggregation.monoids import Aggregation
from app.attributes.model import AttributeOrigin
from app.attributes.model import ProfileKind as DocumentKind
from app.attributes.service import NewAttribute
from app.values import DataType
from graphql_schema.arguments import InputArgument
from graphql_schema.context import Info
from graphql_schema.enums import ProfileKind
from graphql_schema.errors import UserError, told
from graphql_schema.nodes import Node
from graphql_schema.rows import Row, definition_row, definition_rows
from graphql_schema.scalars import JSON
from graphql_schema.values import NameArgument


@strawberry.type(description="What an attribute means and how events feed it.")
class AttributeDefinition(Node):
    kind: ProfileKind = strawberry.field(description="Profiles of this kind have it.")
    name: str = strawberry.field(description="Unique within its kind.")
    display_name: str = strawberry.field(description="The name to show to people.")
    description: str | None = strawberry.field(description="What it means.")
    data_type: DataType = strawberry.field(description="The type of its values.")
    aggregation: Aggregation = strawberry.field(description="How its values become its state.")
    origin: AttributeOrigin = strawberry.field(description="Where it comes from.")
    event_field: str | None = strawberry.field(
        description="The event field that feeds it, as a path from a part of the event."
    )
    created_at: datetime = strawberry.field(description="When it was defined.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")


@strawberry.type(description="A value of a list, with its time.")
class TimedValue:
    value: JSON = strawberry.field(description="The value.")
    time: datetime = strawberry.field(description="When the event that carried it happened.")


@strawberry.type(description="What a profile holds for one attribute.")
class AttributeValue:
    name: str = strawberry.field(description="The attribute's name.")
    definition: AttributeDefinition = strawberry.field(description="What the attribute means.")
    value: JSON | None = strawberry.field(
        description="FIRST, LAST, MIN, MAX, SUM: the value. FIRST_AND_LAST: the last. "
        "Lists: the values in order."
    )
    first: JSON | None = strawberry.field(description="The first, for FIRST_AND_LAST.")
    last: JSON | None = strawberry.field(description="The last, for FIRST_AND_LAST.")
    values: list[TimedValue] | None = strawberry.field(description="The entries of a list.")


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
        "existed.",
    )


@strawberry.type(description="The attribute, or what was wrong.")
class AttributePayload:
    attribute: AttributeDefinition | None = strawberry.field(description="The definition.")
    errors: list[UserError] = strawberry.field(description="What was wrong with the input.")


KindArgument = Annotated[ProfileKind, strawberry.argument(description="Of users or accounts.")]
OriginArgument = Annotated[
    AttributeOrigin | None, strawberry.argument(description="Only of this origin.")
]


async def read_attributes(
    info: Info, kind: KindArgument, origin: OriginArgument = None
) -> list[Row]:
    catalogue = await info.context.services.attributes.current()
    return definition_rows(catalogue, DocumentKind(kind.value), origin)


async def read_attribute(info: Info, kind: KindArgument, name: NameArgument) -> Row | None:
    catalogue = await info.context.services.attributes.current()
    found = catalogue.get(DocumentKind(kind.value), name)
    return definition_row(found) if found else None


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
