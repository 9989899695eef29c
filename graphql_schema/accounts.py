"""Accounts: the companies that use the product."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from app.attributes.model import ProfileKind
from app.ids import split_id
from app.paging import PageRequest
from app.segments.service import Asked
from app.storage.client import Document
from graphql_schema.attributes import AttributeValue
from graphql_schema.context import Info
from graphql_schema.fields import computed, served, stored
from graphql_schema.filters import (
    FilterArgument,
    OrderArgument,
    SearchArgument,
    SegmentArgument,
    orders,
    taken,
)
from graphql_schema.lists import read_list
from graphql_schema.nodes import Connection, Node, connection_row
from graphql_schema.paging import AfterArgument, BeforeArgument, FirstArgument, LastArgument
from graphql_schema.projection import fields_read, in_order, reads_values
from graphql_schema.rows import Row, account_row, default_path, profile_row
from graphql_schema.segments import Segment, segments_of
from graphql_schema.values import VALUES, value_readers

if TYPE_CHECKING:
    from graphql_schema.profiles import Profile

LazyProfile = Annotated["Profile", strawberry.lazy("graphql_schema.profiles")]


async def read_users(
    info: Info,
    root: strawberry.Parent[Row],
    filter: FilterArgument = None,
    order_by: OrderArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
) -> Row:
    lists, together = info.context.services.lists, info.context.loaders.together
    asked = Asked(ProfileKind.USER, taken(filter), order_by=orders(order_by))
    account, now = root["document"]["_id"], info.context.now
    catalogue = await info.context.catalogue()
    fields = in_order(fields_read(info, ProfileKind.USER, catalogue))
    page, order = await together(
        lists.pages_of_accounts, asked, PageRequest(first, after), now=now, fields=fields
    ).load(account)
    counts = together(lists.counts_of_accounts, asked, now=now)
    return connection_row(page, order, profile_row, catalogue, lambda: counts.load(account))


async def read_segments_of_account(info: Info, root: strawberry.Parent[Row]) -> list[Row]:
    return await segments_of(info, root["document"]["_id"], ProfileKind.ACCOUNT)


def _default(kind: object, name: str, description: str) -> Any:  # noqa: ANN401  # the class decorator reads it
    return stored(kind, default_path(ProfileKind.ACCOUNT, name), description)


read_value, read_values = value_readers(ProfileKind.ACCOUNT)
_VALUES = reads_values(ProfileKind.ACCOUNT)


@strawberry.type(description="One company, as known from the events of its users.")
class Account(Node):
    account_id: str = stored(str, ("document", "_id"), "The company's own id.")
    name: str | None = _default(str | None, "account_name", "Its latest name.")
    first_seen: datetime | None = _default(
        datetime | None, "first_seen", "When its earliest event happened."
    )
    last_seen: datetime | None = _default(
        datetime | None, "last_seen", "When its latest event happened."
    )
    created_at: datetime = stored(
        datetime, ("document", "created_at"), "When its first event was processed."
    )
    updated_at: datetime = stored(
        datetime, ("document", "updated_at"), "When its last event was processed."
    )
    attribute: AttributeValue | None = computed(
        AttributeValue | None,
        read_value,
        "Any attribute, default or custom, by name.",
        reads=_VALUES,
        columns=VALUES[ProfileKind.ACCOUNT],
    )
    attributes: list[AttributeValue] = computed(
        list[AttributeValue],
        read_values,
        "All attributes that have a value, in the order of their definitions.",
        reads=_VALUES,
        columns=VALUES[ProfileKind.ACCOUNT],
    )
    users: Connection[LazyProfile] = served(
        Connection[LazyProfile],
        read_users,
        "The people with events in this account; if not sorted, the newest first.",
        reads=(),
        related=True,
    )
    segments: list[Segment] = served(
        list[Segment],
        read_segments_of_account,
        "The segments it is in at this moment, by name.",
        reads=(),
        related=True,
    )


@strawberry.input(one_of=True, description="An account, by one of its ids.")
class AccountRef:
    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The global id."
    )
    account_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="The company's own id."
    )


ByArgument = Annotated[AccountRef, strawberry.argument(description="Which account.")]


async def find_account(info: Info, ref: AccountRef) -> Document | None:
    """The document that a reference means."""
    account_id = ref.account_id or _key(ref.id)
    return await info.context.loaders.accounts_by_id.load(account_id) if account_id else None


async def read_account(info: Info, by: ByArgument) -> Row | None:
    found = await find_account(info, by)
    return account_row(found, await info.context.catalogue()) if found else None


def _key(global_id: str | None) -> str | None:
    kind, key = split_id(global_id or "") or (None, None)
    return key if kind == "Account" else None


async def read_accounts(
    info: Info,
    filter: FilterArgument = None,
    search: SearchArgument = None,
    order_by: OrderArgument = None,
    segment: SegmentArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
    last: LastArgument = None,
    before: BeforeArgument = None,
) -> Row:
    asked = Asked(ProfileKind.ACCOUNT, taken(filter), search, orders(order_by), segment)
    return await read_list(info, asked, PageRequest(first, after, last, before), account_row)
