"""Sources: programs that send events, each with a write key of its own."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.access.model import EventSourceKind
from app.identity.model import IdentityPolicy
from graphql_schema.context import Info
from graphql_schema.nodes import Node
from graphql_schema.rows import Row, event_source_row


@strawberry.type(description="A program that sends events with a write key of its own.")
class EventSource(Node):
    name: str = strawberry.field(description="What it is called.")
    kind: EventSourceKind = strawberry.field(description="Which intake takes its events.")
    policy: IdentityPolicy | None = strawberry.field(
        description="What becomes of profiles that meet in one event; null: what the server says."
    )
    origins: list[str] = strawberry.field(
        description="The sites whose pages may send, such as `https://shop.example`; none: any."
    )
    rate: float | None = strawberry.field(
        description="Events a second that it may send to one process; null: any number."
    )
    burst: int = strawberry.field(description="Events that may come at once.")
    traits_become_attributes: bool = strawberry.field(
        description="Whether traits that are seen for the first time become custom attributes."
    )
    created_at: datetime = strawberry.field(description="When it was created.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")
    revoked_at: datetime | None = strawberry.field(
        description="When its key was revoked; null while it counts."
    )


KindArgument = Annotated[
    EventSourceKind | None, strawberry.argument(description="Only sources of this kind.")
]


async def read_event_sources(info: Info, kind: KindArgument = None) -> list[Row]:
    found = await info.context.services.event_sources.all()
    return [event_source_row(one) for one in found if kind in (None, one.kind)]
