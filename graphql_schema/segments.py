"""Segments: groups of people or companies, saved under a name."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.attributes.model import ProfileKind as DocumentKind
from app.errors import PageInvalidError
from app.paging import MAX_PAGE, PageRequest
from app.segments.membership import Change, moment, newest_first
from app.segments.segment_repository import BY_NAME, load_segment
from app.segments.service import Asked
from app.segments.sizes import Size
from graphql_schema.context import Info
from graphql_schema.enums import ProfileKind
from graphql_schema.fields import served
from graphql_schema.filters import (
    AttributeOrder,
    OrderArgument,
    ProfileFilter,
    orders,
    taken,
)
from graphql_schema.lists import read_list
from graphql_schema.lookup import load_account, load_node, load_profile
from graphql_schema.nodes import Connection, Node, connection_row
from graphql_schema.paging import AfterArgument, BeforeArgument, FirstArgument, LastArgument
from graphql_schema.ranges import DuringArgument, range_of
from graphql_schema.rows import Row, account_row, profile_row, segment_row
from graphql_schema.scalars import JSON

AsOfArgument = Annotated[
    datetime | None,
    strawberry.argument(description="Those of a moment between two refreshes; else of now."),
]
ChangeArgument = Annotated[Change, strawberry.argument(description="Who entered, or who left.")]

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


async def read_problem(info: Info, root: strawberry.Parent[Row]) -> str | None:
    """That of one row; those of the rows beside it are found together with it."""
    segment, read = root["segment"], info.context.services.belonging.problems
    now = info.context.now
    return await info.context.loaders.together(read, segment.kind, now=now).load(segment.id)


async def read_members(
    info: Info,
    root: strawberry.Parent[Row],
    order_by: OrderArgument = None,
    as_of: AsOfArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
    last: LastArgument = None,
    before: BeforeArgument = None,
) -> Row:
    asked = await _asked(info, root, DocumentKind.USER, order_by, as_of)
    return await read_list(info, asked, PageRequest(first, after, last, before), profile_row)


async def read_member_accounts(
    info: Info,
    root: strawberry.Parent[Row],
    order_by: OrderArgument = None,
    as_of: AsOfArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
    last: LastArgument = None,
    before: BeforeArgument = None,
) -> Row:
    asked = await _asked(info, root, DocumentKind.ACCOUNT, order_by, as_of)
    return await read_list(info, asked, PageRequest(first, after, last, before), account_row)


async def _asked(
    info: Info,
    root: Row,
    kind: DocumentKind,
    order_by: list[AttributeOrder] | None,
    as_of: datetime | None,
) -> Asked:
    """The members that are asked for: those of now, or of a moment of the history."""
    segment, order = root["segment"], orders(order_by)
    if as_of is None or segment.kind is not kind:
        return Asked(kind, order_by=order, segment=root["id"])
    members = await info.context.services.refreshing.members_at(segment, as_of)
    return Asked(kind, order_by=order, only=members)


async def read_changes(
    info: Info,
    root: strawberry.Parent[Row],
    change: ChangeArgument = Change.ENTERED,
    during: DuringArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
) -> Row:
    refreshing, segment, span = (
        info.context.services.refreshing,
        root["segment"],
        range_of(info, during),
    )
    page = await refreshing.changes(segment.id, change, span, PageRequest(first, after))
    return connection_row(
        page,
        newest_first(change),
        lambda stay, _catalogue: {
            "at": stay[moment(change)],
            "change": change,
            "kind": segment.kind,
            "member": stay["member"],
        },
        await info.context.catalogue(),
        lambda: refreshing.count(segment.id, change, span),
    )


async def read_changed_profile(info: Info, root: strawberry.Parent[Row]) -> Row | None:
    is_user = root["kind"] is DocumentKind.USER
    return await load_profile(info, root["member"]) if is_user else None


async def read_changed_account(info: Info, root: strawberry.Parent[Row]) -> Row | None:
    is_account = root["kind"] is DocumentKind.ACCOUNT
    return await load_account(info, root["member"]) if is_account else None


@strawberry.type(description="Somebody entered or left a segment.")
class MemberChange:
    change: Change = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(description="When a refresh found it.")
    profile: LazyProfile | None = served(
        LazyProfile | None, read_changed_profile, "Who: of a segment of people."
    )
    account: LazyAccount | None = served(
        LazyAccount | None, read_changed_account, "Which company: of a segment of companies."
    )


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
    problem: str | None = served(
        str | None,
        read_problem,
        "What has become invalid since it was saved, such as an attribute that was deleted: nobody "
        "belongs to it, and whoever asks for its members gets an error. Else null.",
    )
    size: int = served(int, read_size, "How many belong to it, counted at most a minute ago.")
    size_as_of: datetime = served(datetime, read_size_as_of, "When `size` was counted.")
    refresh_every: timedelta | None = strawberry.field(
        description="How often it is recorded who is in it."
    )
    refreshed_at: datetime | None = strawberry.field(
        description="When that was recorded for the last time."
    )
    history_since: datetime | None = strawberry.field(
        description="When that was recorded for the first time."
    )
    changes: Connection[MemberChange] = served(
        Connection[MemberChange],
        read_changes,
        "Who entered or left, the newest first, as far as it was recorded.",
    )
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
    number = 10 if sample is None else sample
    if not 0 <= number <= MAX_PAGE:
        raise PageInvalidError("sample", f"it is 0 to {MAX_PAGE}")
    asked = Asked(DocumentKind(kind.value), taken(definition), path=("definition",))
    is_user = asked.kind is DocumentKind.USER
    listed = await info.context.services.lists.page(
        asked, PageRequest(first=number), now=info.context.now
    )
    catalogue = await info.context.catalogue()
    row_of = profile_row if is_user else account_row
    rows = [row_of(one, catalogue) for one in listed.page.items]
    return {
        "size": await listed.count(),
        "profiles": rows if is_user else [],
        "accounts": [] if is_user else rows,
    }
