"""Erasing people, and that it was done."""

from datetime import datetime

import strawberry

from app.erasure.repository import LATEST_FIRST
from app.errors import ProfileNotFoundError
from app.paging import PageRequest
from graphql_schema.arguments import InputArgument
from graphql_schema.context import Info
from graphql_schema.errors import UserError, told
from graphql_schema.nodes import connection_row
from graphql_schema.paging import AfterArgument, FirstArgument
from graphql_schema.profiles import ProfileRef, find_profile
from graphql_schema.rows import Row, erasure_row


@strawberry.type(description="That somebody was erased, and when. Who it was is not known.")
class Erasure:
    id: strawberry.ID = strawberry.field(description="Says nothing about the person.")
    requested_at: datetime = strawberry.field(
        description="When it was asked for: what happened until then is kept out."
    )
    finished_at: datetime | None = strawberry.field(
        description="When all was gone; null while it is under way."
    )
    identifier_count: int = strawberry.field(description="How many identifiers they had.")


async def read_erasures(
    info: Info, first: FirstArgument = None, after: AfterArgument = None
) -> Row:
    erasure = info.context.services.erasure
    page = await erasure.page(PageRequest(first, after))
    catalogue = await info.context.catalogue()
    return connection_row(page, LATEST_FIRST, erasure_row, catalogue, erasure.count)


@strawberry.input(description="Who is to be erased.")
class EraseProfileInput:
    profile: ProfileRef = strawberry.field(description="The person.")


@strawberry.type(description="That it was done, or what was wrong.")
class EraseProfilePayload:
    erasure: Erasure | None = strawberry.field(description="The record that remains.")
    errors: list[UserError] = strawberry.field(description="What was wrong with the input.")


@told(lambda: {"erasure": None})
async def erase_profile(info: Info, input: InputArgument[EraseProfileInput]) -> Row:
    context = info.context
    found = await find_profile(info, input.profile)
    if not found:
        raise ProfileNotFoundError(("profile",))
    done = await context.services.erasure.erase(found["_id"], now=context.now)
    return {"erasure": erasure_row(done, await context.catalogue())}
