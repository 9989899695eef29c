"""Walking through a connection, page by page."""

from typing import Any

from tests.graphql.asking import Api, field_of

PAGE_INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


async def page_of(api: Api, connection: str, key: str, **arguments: Any) -> Any:
    """One page of a root connection: edges, nodes and page information."""
    query = f"""
    query ($first: Int, $after: String, $last: Int, $before: String) {{
      {connection}(first: $first, after: $after, last: $last, before: $before) {{
        edges {{ cursor node {{ {key} }} }} nodes {{ {key} }} {PAGE_INFO}
      }}
    }}
    """
    return (await api.data(query, **arguments))[connection]


async def forwards(api: Api, connection: str, key: str, *, first: int) -> list[list[Any]]:
    """Every page from the start, each as the keys of its items."""
    pages, after = [], None
    while True:
        page = await page_of(api, connection, key, first=first, after=after)
        pages.append(field_of(page["nodes"], key))
        if not page["pageInfo"]["hasNextPage"]:
            return pages
        after = page["pageInfo"]["endCursor"]


async def backwards(api: Api, connection: str, key: str, *, last: int) -> list[list[Any]]:
    """Every page from the end, each as the keys of its items."""
    pages, before = [], None
    while True:
        page = await page_of(api, connection, key, last=last, before=before)
        pages.append(field_of(page["nodes"], key))
        if not page["pageInfo"]["hasPreviousPage"]:
            return pages
        before = page["pageInfo"]["startCursor"]
