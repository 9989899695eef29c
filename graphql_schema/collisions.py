"""Collisions: identifiers of different people in the same events."""

from datetime import datetime

import strawberry

from app.events.service import NEWEST_FIRST as NEWEST_EVENTS_FIRST
from app.identity.service import NEWEST_FIRST
from app.paging import PageRequest
from graphql_schema.context import Info
from graphql_schema.events import Event
from graphql_schema.fields import served
from graphql_schema.identifiers import Identifier
from graphql_schema.nodes import Connection, connection_row, load_connection
from graphql_schema.paging import AfterArgument, FirstArgument
from graphql_schema.rows import Row, collision_row, event_row


async def read_collisions(
    info: Info, first: FirstArgument = None, after: AfterArgument = None
) -> Row:
    collisions = info.context.services.collisions
    page = await collisions.page(PageRequest(first, after))
    catalogue = await info.context.catalogue()
    return connection_row(page, NEWEST_FIRST, collision_row, catalogue, collisions.count)


async def read_events_of_collision(
    info: Info,
    root: strawberry.Parent[Row],
    first: FirstArgument = None,
    after: AfterArgument = None,
) -> Row:
    events, together = info.context.services.events, info.context.loaders.together
    return await load_connection(
        info,
        root["pair"],
        NEWEST_EVENTS_FIRST,
        event_row,
        together(events.pages_of_collisions, PageRequest(first, after)),
        together(events.counts_of_collisions),
    )


@strawberry.type(
    description="An identifier that belongs to one person, in events that are about another."
)
class Collision:
    identifier: Identifier = strawberry.field(
        description="It stayed with whom it belonged to before."
    )
    about: Identifier = strawberry.field(description="Whom the events are about instead.")
    found_at: datetime = strawberry.field(description="When the first of the events was processed.")
    first_at: datetime = strawberry.field(description="When the earliest of the events happened.")
    last_at: datetime = strawberry.field(description="When the latest of the events happened.")
    events: Connection[Event] = served(
        Connection[Event], read_events_of_collision, "The events, the newest first."
    )
