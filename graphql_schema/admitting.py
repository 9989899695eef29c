"""Creating, changing and revoking sources; a write key is shown once, when it is created."""

from typing import cast

import strawberry

from app.access.model import Changes, EventSourceKind, NewEventSource, event_source_key
from app.identity.model import IdentityPolicy
from graphql_schema.arguments import InputArgument
from graphql_schema.context import Info
from graphql_schema.errors import UserError, told
from graphql_schema.event_sources import EventSource
from graphql_schema.rows import Row, event_source_row


@strawberry.input(description="A source to be created.")
class CreateEventSourceInput:
    name: str = strawberry.field(description="What it is called: 1 to 255 characters.")
    kind: EventSourceKind = strawberry.field(
        description="Which intake takes its events; `OTHER`: every one."
    )
    policy: IdentityPolicy | None = strawberry.field(
        default=None,
        description="What becomes of profiles that meet in one event. Without it: "
        "`FIRST_USER_WINS` for `DATADOG_RUM`, else what the server says.",
    )
    origins: list[str] | None = strawberry.field(
        default=None, description="The sites whose pages may send; none: any."
    )
    rate: float | None = strawberry.field(
        default=None,
        description="Events a second to one process. Without it: 1,000, of `API` and `OTHER` "
        "any number.",
    )
    burst: int | None = strawberry.field(
        default=None, description="Events that may come at once; without it 10,000."
    )
    traits_become_attributes: bool = strawberry.field(
        default=False,
        description="Whether traits that are seen for the first time become custom attributes.",
    )


@strawberry.input(description="Changes of a source; what is left out stays.")
class UpdateEventSourceInput:
    id: strawberry.ID = strawberry.field(description="The source's global id.")
    name: str | None = strawberry.field(default=None, description="What it is called.")
    policy: IdentityPolicy | None = strawberry.field(
        default=strawberry.UNSET,
        description="What becomes of profiles that meet in one event; null: what the server says.",
    )
    origins: list[str] | None = strawberry.field(
        default=None, description="The sites whose pages may send; `[]`: any."
    )
    rate: float | None = strawberry.field(
        default=strawberry.UNSET,
        description="Events a second to one process; null: any number.",
    )
    burst: int | None = strawberry.field(default=None, description="Events that may come at once.")
    traits_become_attributes: bool | None = strawberry.field(
        default=None,
        description="Whether traits that are seen for the first time become custom attributes.",
    )


@strawberry.input(description="A source whose write key is to count no more.")
class RevokeEventSourceInput:
    id: strawberry.ID = strawberry.field(description="The source's global id.")


@strawberry.type(description="A new source with its write key, or what was wrong.")
class CreateEventSourcePayload:
    event_source: EventSource | None = strawberry.field(description="The source.")
    write_key: str | None = strawberry.field(
        description="What it sends with its events. It is shown this once and kept nowhere."
    )
    errors: list[UserError] = strawberry.field(description="What was wrong with the input.")


@strawberry.type(description="The source, or what was wrong.")
class EventSourcePayload:
    event_source: EventSource | None = strawberry.field(description="The source as it is now.")
    errors: list[UserError] = strawberry.field(description="What was wrong with the input.")


@told(lambda: {"event_source": None, "write_key": None})
async def create_event_source(info: Info, input: InputArgument[CreateEventSourceInput]) -> Row:
    new = NewEventSource(
        name=input.name,
        kind=input.kind,
        policy=input.policy,
        origins=tuple(input.origins or ()),
        rate=input.rate,
        burst=input.burst,
        traits_become_attributes=input.traits_become_attributes,
    )
    created, key = await info.context.services.event_sources.create(new, now=info.context.now)
    return {"event_source": event_source_row(created), "write_key": key}


@told(lambda: {"event_source": None})
async def update_event_source(info: Info, input: InputArgument[UpdateEventSourceInput]) -> Row:
    change = info.context.services.event_sources.change
    changed = await change(event_source_key(input.id) or "", _changes(input), now=info.context.now)
    return {"event_source": event_source_row(changed)}


@told(lambda: {"event_source": None})
async def revoke_event_source(info: Info, input: InputArgument[RevokeEventSourceInput]) -> Row:
    revoke = info.context.services.event_sources.revoke
    revoked = await revoke(event_source_key(input.id) or "", now=info.context.now)
    return {"event_source": event_source_row(revoked)}


def _changes(input: UpdateEventSourceInput) -> Changes:
    """What is told; of policy and rate null is told too."""
    told = {
        "name": input.name,
        "origins": None if input.origins is None else tuple(input.origins),
        "burst": input.burst,
        "traits_become_attributes": input.traits_become_attributes,
    }
    nullable = {"policy": input.policy, "rate": input.rate}
    changes = {
        **{name: one for name, one in told.items() if one is not None},
        **{name: one for name, one in nullable.items() if one is not strawberry.UNSET},
    }
    return cast("Changes", changes)
