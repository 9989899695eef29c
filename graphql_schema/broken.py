"""Broken profiles and accounts: what outgrew the limits, as it was when it was removed."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.attributes.model import ProfileKind
from app.errors import PageInvalidError
from app.identity.model import Identifier as IdentifierModel
from app.paging import MAX_PAGE, PageRequest
from app.removal.repository import LATEST_FIRST
from graphql_schema.attributes import AttributeValue
from graphql_schema.context import Info
from graphql_schema.fields import computed, stored
from graphql_schema.identifiers import Identifier
from graphql_schema.nodes import Node, connection_row
from graphql_schema.paging import AfterArgument, FirstArgument
from graphql_schema.rows import Row, broken_account_row, broken_row
from graphql_schema.values import value_readers

MAX_SHOWN = 1000
"""Identifiers that are shown at a time; a broken profile may have many more."""

ShownArgument = Annotated[
    int | None, strawberry.argument(description=f"How many, at most {MAX_SHOWN:,}.")
]
SkipArgument = Annotated[
    int | None, strawberry.argument(description="How many of the first are left out.")
]


def read_identifiers(
    root: strawberry.Parent[Row], first: ShownArgument = MAX_PAGE, skip: SkipArgument = 0
) -> list[Row]:
    limit, start = MAX_PAGE if first is None else first, skip or 0
    if not 0 <= limit <= MAX_SHOWN or start < 0:
        raise PageInvalidError("first", f"0 to {MAX_SHOWN} identifiers are shown at a time")
    keys = sorted(root["document"]["identifiers"])[start : start + limit]
    return [IdentifierModel.from_key(key)._asdict() for key in keys]


read_value, read_values = value_readers(ProfileKind.USER)


@strawberry.type(
    description="A profile that outgrew a limit, as it was when it was removed. Its identifiers "
    "began anew with their next event; its events stay, and belong to nobody."
)
class BrokenProfile(Node):
    reason: str = strawberry.field(
        description="Which limit it outgrew: `IDENTIFIERS`, 1,000 of them, or `SIZE`, 512 KiB."
    )
    removed_at: datetime = strawberry.field(description="When it was removed.")
    identifier_count: int = strawberry.field(description="How many identifiers it had.")
    bytes: int = strawberry.field(description="How large it was.")
    created_at: datetime = strawberry.field(description="When its first event was processed.")
    updated_at: datetime = strawberry.field(description="When its last event was processed.")
    identifiers: list[Identifier] = computed(
        list[Identifier], read_identifiers, "Its identifiers, in the order of their characters."
    )
    attribute: AttributeValue | None = computed(
        AttributeValue | None, read_value, "Any attribute, default or custom, by name."
    )
    attributes: list[AttributeValue] = computed(
        list[AttributeValue],
        read_values,
        "All attributes that had a value, in the order of their definitions.",
    )


read_account_value, read_account_values = value_readers(ProfileKind.ACCOUNT)


@strawberry.type(
    description="An account that outgrew its limit, as it was until then. It began anew with its "
    "next event; all its events stay its own."
)
class BrokenAccount(Node):
    account_id: str = stored(str, ("account",), "The company's own id.")
    reason: str = strawberry.field(description="Which limit it outgrew: `SIZE`, 1 MiB.")
    removed_at: datetime = strawberry.field(description="When it was broken.")
    bytes: int = strawberry.field(description="How large it was.")
    created_at: datetime = strawberry.field(description="When its first event was processed.")
    updated_at: datetime = strawberry.field(description="When its last event was processed.")
    attribute: AttributeValue | None = computed(
        AttributeValue | None, read_account_value, "Any attribute, default or custom, by name."
    )
    attributes: list[AttributeValue] = computed(
        list[AttributeValue],
        read_account_values,
        "All attributes that had a value, in the order of their definitions.",
    )


async def read_broken_accounts(
    info: Info, first: FirstArgument = None, after: AfterArgument = None
) -> Row:
    removal = info.context.services.account_removal
    page = await removal.broken(PageRequest(first, after))
    catalogue = await info.context.catalogue()
    return connection_row(page, LATEST_FIRST, broken_account_row, catalogue, removal.count_broken)


async def read_broken_profiles(
    info: Info, first: FirstArgument = None, after: AfterArgument = None
) -> Row:
    removal = info.context.services.removal
    page = await removal.broken(PageRequest(first, after))
    catalogue = await info.context.catalogue()
    return connection_row(page, LATEST_FIRST, broken_row, catalogue, removal.count_broken)
