"""Segments: groups of people or companies, saved under a name."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.attributes.model import ProfileKind as DocumentKind
from app.paging import PageRequest
from app.segments.segment_repository import BY_NAME, load_segment
from graphql_schema.context import Info
from graphql_schema.enums import ProfileKind
from graphql_schema.lookup import load_node
from graphql_schema.nodes import Node, connection_row
from graphql_schema.paging import AfterArgument, FirstArgument
from graphql_schema.rows import Row, segment_row
from graphql_schema.scalars import JSON


@strawberry.type(description="Everybody who meets a definition, or who is on a list.")
class Segment(Node):
    name: str = strawberry.field(description="What it is called.")
    description: str | None = strawberry.field(description="What it is for.")
    kind: ProfileKind = strawberry.field(description="Whether it is of people or of companies.")
    version: int = strawberry.field(
        description="1 when created, and one more with every other definition or list."
    )
    definition: JSON = strawberry.field(
        description="The condition, as `ProfileFilter` takes it; of a list `{list: {on}}`: what "
        "its rows are matched with."
    )
    created_at: datetime = strawberry.field(description="When it was created.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")


IdArgument = Annotated[strawberry.ID, strawberry.argument(description="The segment's global id.")]
KindArgument = Annotated[
    ProfileKind | None, strawberry.argument(description="Only segments of people, or of companies.")
]
SearchArgument = Annotated[
    str | None,
    strawberry.argument(description="Only those whose name has all these words, in any case."),
]


async def read_segment(info: Info, id: IdArgument) -> Row | None:
    found = await load_node(info, id)
    return found if found and found["__typename"] == Segment.__name__ else None


async def read_segments(
    info: Info,
    kind: KindArgument = None,
    search: SearchArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
) -> Row:
    segments = info.context.services.segments
    of_kind = None if kind is None else DocumentKind(kind.value)
    page = await segments.page(of_kind, search, PageRequest(first, after))
    return connection_row(
        page,
        BY_NAME,
        lambda document, _catalogue: segment_row(load_segment(document)),
        await info.context.catalogue(),
        lambda: segments.count(of_kind, search),
    )
