"""Attributes: definitions, their back-fill, and values."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.aggregation.monoids import Aggregation
from app.attributes.model import AttributeOrigin, BackfillState
from app.attributes.model import ProfileKind as DocumentKind
from app.values import DataType
from graphql_schema.compiled.declaring import SHARED
from graphql_schema.context import Info
from graphql_schema.enums import ProfileKind
from graphql_schema.fields import served
from graphql_schema.nodes import Node
from graphql_schema.rows import Row, backfill_row, definition_row, definition_rows
from graphql_schema.scalars import JSON
from graphql_schema.values import NameArgument


@strawberry.type(description="How far the events that were stored before it have fed an attribute.")
class AttributeBackfill:
    state: BackfillState = strawberry.field(description="Where it stands.")
    processed: int = strawberry.field(
        description="Events whose values are in the profiles, at least; it never goes back."
    )
    total: int | None = strawberry.field(
        description="Events to be processed; null until they are counted, and until the end "
        "where there are ten million or more."
    )
    started_at: datetime | None = strawberry.field(description="When it began.")
    finished_at: datetime | None = strawberry.field(description="When all was done.")


async def read_backfill(info: Info, root: strawberry.Parent[Row]) -> Row | None:
    found = await info.context.loaders.backfills.load(root["definition_id"])
    return backfill_row(found) if found else None


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
    backfill: AttributeBackfill | None = served(
        AttributeBackfill | None,
        read_backfill,
        "How far stored events have fed it; null where that was not asked for.",
    )


@strawberry.type(description="A value of a list, with its time.")
class TimedValue:
    value: JSON = strawberry.field(description="The value.")
    time: datetime = strawberry.field(description="When the event that carried it happened.")


@strawberry.type(description="What a profile holds for one attribute.")
class AttributeValue:
    name: str = strawberry.field(description="The attribute's name.")
    definition: AttributeDefinition = strawberry.field(
        description="What the attribute means.", metadata={SHARED: True}
    )
    value: JSON | None = strawberry.field(
        description="FIRST, LAST, MIN, MAX, SUM: the value. FIRST_AND_LAST: the last. "
        "Lists: the values in order."
    )
    first: JSON | None = strawberry.field(description="The first, for FIRST_AND_LAST.")
    last: JSON | None = strawberry.field(description="The last, for FIRST_AND_LAST.")
    values: list[TimedValue] | None = strawberry.field(description="The entries of a list.")


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
