"""Sending events."""

from dataclasses import asdict
from datetime import datetime
from typing import cast

import strawberry

from app.errors import BatchSizeError
from app.events.model import EventType
from app.events.wire import EventInput as WireEvent
from app.ingestion.service import MAX_BATCH
from graphql_schema.arguments import InputArgument
from graphql_schema.coercion import batch_from, event_from, take_as
from graphql_schema.context import Info
from graphql_schema.errors import UserError, told
from graphql_schema.profiles import IdentifierInput
from graphql_schema.rows import Row
from graphql_schema.scalars import JSON


@strawberry.input(description="One thing that happened.")
class EventInput:
    type: EventType = strawberry.field(description="What kind of thing.")
    time: datetime = strawberry.field(description="When it happened.")
    id: str | None = strawberry.field(
        default=None,
        description="Unique for ever: an event that is sent twice counts once. Without an id it "
        "counts each time.",
    )
    name: str | None = strawberry.field(
        default=None,
        description="VIEW: the page; ACTION: what was done, such as `click on CHECKOUT`; CUSTOM: "
        "the name of the event.",
    )
    sequence: int | None = strawberry.field(
        default=None,
        description="Decides between events of the same time: row number, log offset, counter.",
    )
    user_id: str | None = strawberry.field(default=None, description="The person's own id.")
    cookie_id: str | None = strawberry.field(default=None, description="The browser's id.")
    identifiers: list[IdentifierInput] | None = strawberry.field(
        default=None, description="Anything else that names the person."
    )
    anonymous_tracking: bool | None = strawberry.field(
        default=False, description="Keep the event for analytics, without any profile."
    )
    user: JSON | None = strawberry.field(
        default=None, description='Traits of the person: `{"email": …, "name": …, …}`.'
    )
    account: JSON | None = strawberry.field(
        default=None, description='The company: `{"id": …, "name": …, …}`.'
    )
    session_id: str | None = strawberry.field(default=None, description="The visit's id.")
    context: JSON | None = strawberry.field(
        default=None,
        description='`{"application": {"id"}, "geo": {…}, "device": {…}, "os": {…}, "browser": '
        '{…}, "marketing": {…}, "consent": {…}}`.',
    )
    properties: JSON | None = strawberry.field(
        default=None,
        description='Anything else: `{"page_url": "/home", "order_value": 25.0, "frustration": '
        '["rage_click"], "session_custom_dimension_1": …}`.',
    )


@strawberry.input(description="A batch of events.")
class IngestEventsInput:
    events: list[EventInput] = strawberry.field(description=f"1 to {MAX_BATCH} events.")
    sent_at: datetime | None = strawberry.field(
        default=None,
        description="When the batch was sent, by the sender's clock: sets right a clock that is "
        "ahead.",
    )


@strawberry.type(description="An event that was not taken.")
class EventRejection:
    index: int = strawberry.field(description="Its place in the batch, from 0.")
    code: str = strawberry.field(description="A stable code.")
    message: str = strawberry.field(description="What is wrong with it.")


@strawberry.type(description="A value or identifier of an accepted event that was not taken.")
class EventWarning:
    index: int = strawberry.field(description="The event's place in the batch, from 0.")
    code: str = strawberry.field(description="A stable code.")
    message: str = strawberry.field(description="What was not taken, and why.")
    attribute: str | None = strawberry.field(description="The attribute that it would have fed.")


@strawberry.type(description="What became of a batch; the counts add up to its events.")
class IngestEventsPayload:
    accepted: int = strawberry.field(description="Events that count from now on.")
    duplicate: int = strawberry.field(description="Events that counted already.")
    rejected: list[EventRejection] = strawberry.field(
        description="Events that were not taken, in the order of the batch."
    )
    warnings: list[EventWarning] = strawberry.field(
        description="What was not taken of accepted events, in the order of the batch."
    )
    errors: list[UserError] = strawberry.field(description="Why the whole batch was refused.")


@told(lambda: {"accepted": 0, "duplicate": 0, "rejected": [], "warnings": []})
async def ingest_events(info: Info, input: InputArgument[IngestEventsInput]) -> Row:
    events, sent_at = cast("tuple[list[WireEvent], datetime | None]", input)
    if not 1 <= len(events) <= MAX_BATCH:
        raise BatchSizeError(len(events), MAX_BATCH)
    outcome = await info.context.services.ingestion.ingest(events, sent_at=sent_at)
    return {
        "accepted": outcome.accepted,
        "duplicate": outcome.duplicate,
        "rejected": [asdict(one) for one in outcome.rejected],
        "warnings": [asdict(one) for one in outcome.warnings],
    }


EventInput.__strawberry_definition__.from_input = take_as(event_from)  # type: ignore[attr-defined]  # set by the decorator
IngestEventsInput.__strawberry_definition__.from_input = take_as(batch_from)  # type: ignore[attr-defined]  # set by the decorator
