"""Lists of profiles and accounts by filter, search and order."""

from app.paging import PageRequest
from app.segments.service import Asked
from graphql_schema.compiled.ahead import selects_only
from graphql_schema.context import Info
from graphql_schema.nodes import connection_row
from graphql_schema.projection import fields_read
from graphql_schema.rows import Row, RowOf


async def read_list(info: Info, asked: Asked, request: PageRequest, row_of: RowOf) -> Row:
    """The connection that shows what is asked for."""
    lists, now = info.context.services.lists, info.context.now
    catalogue = await info.context.catalogue()
    if selects_only(info, "totalCount"):
        listed = await lists.counted(asked, request, now=now)
    else:
        fields = fields_read(info, asked.kind, catalogue)
        listed = await lists.page(asked, request, now=now, fields=fields)
    return connection_row(listed.page, listed.order, row_of, catalogue, listed.count)
