"""What a person does most: pages and actions, counted from their events."""

from typing import Annotated

import strawberry

from app.paging import MAX_PAGE
from graphql_schema.context import Info
from graphql_schema.ranges import DuringArgument, range_of
from graphql_schema.rows import Row

_USUAL = 10

ManyArgument = Annotated[
    int | None, strawberry.argument(description=f"How many at most: 1 to {MAX_PAGE}.")
]


@strawberry.type(description="How often a page was viewed.")
class PageCount:
    page: str = strawberry.field(description="The name of the view.")
    views: int = strawberry.field(description="How often it was viewed.")
    sessions: int = strawberry.field(description="In how many sessions.")


@strawberry.type(description="How often something was done.")
class ActionCount:
    action: str = strawberry.field(description="The name of the action.")
    count: int = strawberry.field(description="How often it was done.")


async def read_most_visited_pages(
    info: Info,
    root: strawberry.Parent[Row],
    during: DuringArgument = None,
    first: ManyArgument = _USUAL,
) -> list[Row]:
    pages = info.context.loaders.together(
        info.context.services.events.most_visited_pages, range_of(info, during), _many(first)
    )
    found = await pages.load(root["document"]["_id"])
    return [{"page": one["_id"], **one} for one in found]


async def read_frequent_actions(
    info: Info,
    root: strawberry.Parent[Row],
    during: DuringArgument = None,
    first: ManyArgument = _USUAL,
) -> list[Row]:
    actions = info.context.loaders.together(
        info.context.services.events.frequent_actions, range_of(info, during), _many(first)
    )
    found = await actions.load(root["document"]["_id"])
    return [{"action": one["_id"], **one} for one in found]


def _many(first: int | None) -> int:
    return _USUAL if first is None else first
