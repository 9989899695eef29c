"""Segments: groups of people or companies, saved under a name."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.attributes.model import ProfileKind as DocumentKind
from app.paging import PageRequest
from app.segments.segment_repository import BY_NAME, load_segment
from app.segments.service import Asked
from app.segments.sizes import Size
from graphql_schema.context import Info
from graphql_schema.enums import ProfileKind
from graphql_schema.fields import served
from graphql_schema.filters import OrderArgument, ProfileFilter, orders, taken
from graphql_schema.lists import read_list
from graphql_schema.lookup import load_node
from graphql_schema.nodes import Connection, Node, connection_row
from graphql_schema.paging import AfterArgument, BeforeArgument, FirstArgument, LastArgument
from graphql_schema.rows import Row, account_row, profile_row, segment_row
from graphql_schema.scalars import JSON

if TYPE_CHECKING:
    from graphql_schema.accounts import Account
    from graphql_schema.profiles import Profile

LazyAccount = Annotated["Account", strawberry.lazy("graphql_schema.accounts")]
LazyProfile = Annotated["Profile", strawberry.lazy("graphql_schema.profiles")]


async def read_size(info: Info, root: strawberry.Parent[Row]) -> int:
    return (await _size(info, root)).members


async def read_size_as_of(info: Info, root: strawberry.Parent[Row]) -> datetime:
    return (await _size(info, root)).as_of


async def _size(info: Info, root: Row) -> Size:
    return await info.context.services.sizes.size(root["segment"], now=info.context.now)


async def read_members(
    info: Info,
    root: strawberry.Parent[Row],
    order_by: OrderArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
    last: LastArgument = None,
    before: BeforeArgument = None,
) -> Row:
    asked = Asked(DocumentKind.USER, order_by=orders(order_by), segment=root["id"])
    return await read_list(info, asked, PageRequest(first, after, last, before), profile_row)


async def read_member_accounts(
    info: Info,
    root: strawberry.Parent[Row],
    order_by: OrderArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
    last: LastArgument = None,
    before: BeforeArgument = None,
) -> Row:
    asked = Asked(DocumentKind.ACCOUNT, order_by=orders(order_by), segment=root["id"])
    return await read_list(info, asked, PageRequest(first, after, last, before), account_row)


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
    size: int = served(int, read_size, "How many belong to it, counted at most a minute ago.")
    size_as_of: datetime = served(datetime, read_size_as_of, "When `size` was counted.")
    profiles: Connection[LazyProfile] = served(
        Connection[LazyProfile],
        read_members,
        "Who belongs to it at this moment; an error for segments of companies.",
    )
    accounts: Connection[LazyAccount] = served(
        Connection[LazyAccount],
        read_member_accounts,
        "Which companies belong to it at this moment; an error for segments of people.",
    )


@strawberry.type(description="What a definition would mean if it were saved.")
class SegmentPreview:
    size: int = strawberry.field(description="How many would belong to it.")
    profiles: list[LazyProfile] = strawberry.field(description="Some of the people.")
    accounts: list[LazyAccount] = strawberry.field(description="Some of the companies.")


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


async def segments_of(info: Info, key: str, kind: DocumentKind) -> list[Row]:
    """The segments of one row; those of the rows beside it are found together with it."""
    read, now = info.context.services.belonging.segments_of, info.context.now
    found = await info.context.loaders.together(read, kind, now=now).load(key)
    return [segment_row(one) for one in found]


PreviewKind = Annotated[
    ProfileKind, strawberry.argument(description="Whether it is of people or of companies.")
]
DefinitionArgument = Annotated[ProfileFilter, strawberry.argument(description="Who belongs to it.")]
SampleArgument = Annotated[int | None, strawberry.argument(description="0 to 200 of them.")]


async def preview_segment(
    info: Info, kind: PreviewKind, definition: DefinitionArgument, sample: SampleArgument = 10
) -> Row:
    asked = Asked(DocumentKind(kind.value), taken(definition), path=("definition",))
    is_user = asked.kind is DocumentKind.USER
    listed = await info.context.services.lists.page(
        asked, PageRequest(first=10 if sample is None else sample), now=info.context.now
    )
    catalogue = await info.context.catalogue()
    row_of = profile_row if is_user else account_row
    rows = [row_of(one, catalogue) for one in listed.page.items]
    return {
        "size": await listed.count(),
        "profiles": rows if is_user else [],
        "accounts": [] if is_user else rows,
    }
