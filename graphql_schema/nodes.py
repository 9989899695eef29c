"""Nodes and connections, as plain types over rows.

Strawberry's own Relay types cost ten times as much a row, since they call a resolver for each id.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import strawberry
from strawberry.dataloader import DataLoader

from app.attributes.catalogue import Catalogue
from app.cursors import cursor
from app.paging import Order, Page
from graphql_schema.compiled.declaring import told_by
from graphql_schema.context import Info
from graphql_schema.fields import computed, served
from graphql_schema.rows import Row, RowOf

T = TypeVar("T")
K = TypeVar("K")
Count = Callable[[], Awaitable[int]]


@strawberry.interface(description="Anything that can be found again by its id alone.")
class Node:
    id: strawberry.ID = strawberry.field(description="Unique among all nodes.")

    @classmethod
    @told_by("__typename")
    def is_type_of(cls, row: Row, _info: object) -> bool:
        """Rows say what they are."""
        return bool(row["__typename"] == cls.__name__)


def _start_cursor(root: strawberry.Parent[Row]) -> str | None:
    page: Page = root["page"]
    return cursor(page.items[0], root["order"]) if page.items else None


def _end_cursor(root: strawberry.Parent[Row]) -> str | None:
    page: Page = root["page"]
    return cursor(page.items[-1], root["order"]) if page.items else None


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are items after this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether there are items before this page."
    )
    start_cursor: str | None = computed(str | None, _start_cursor, "The place of the first item.")
    end_cursor: str | None = computed(str | None, _end_cursor, "The place of the last item.")


@strawberry.type(description="An item and its place in the list.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="The place: pass it as `after` or `before`.")
    node: T = strawberry.field(description="The item.")


def _edges(root: strawberry.Parent[Row]) -> list[Row]:
    page: Page = root["page"]
    return [
        {"cursor": cursor(item, root["order"]), "node": node}
        for item, node in zip(page.items, root["nodes"], strict=True)
    ]


async def _total_count(root: strawberry.Parent[Row]) -> int:
    count: Count = root["count"]
    return await count()


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = computed(list[Edge[T]], _edges, "The items with their places.")
    nodes: list[T] = strawberry.field(description="The items alone.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = served(
        int, _total_count, "Items of the whole list; counted only when asked for."
    )


def connection_row(
    page: Page, order: Order, row_of: RowOf, catalogue: Catalogue, count: Count
) -> Row:
    """The connection that shows a page; cursors are made when they are asked for."""
    return {
        "page": page,
        "order": order,
        "nodes": [row_of(item, catalogue) for item in page.items],
        "page_info": {
            "page": page,
            "order": order,
            "has_next_page": page.has_next,
            "has_previous_page": page.has_previous,
        },
        "count": count,
    }


async def load_connection(
    info: Info,
    key: K,
    order: Order,
    row_of: RowOf,
    pages: DataLoader[K, Page],
    counts: DataLoader[K, int],
) -> Row:
    """The connection of one row; those of the rows beside it are read together with it."""
    page = await pages.load(key)
    catalogue = await info.context.catalogue()
    return connection_row(page, order, row_of, catalogue, lambda: counts.load(key))
