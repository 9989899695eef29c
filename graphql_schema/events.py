"""Events: what happened, as it stands in the ledger."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.events.keys import decode_json
from app.events.model import EventType
from app.events.service import NEWEST_FIRST
from app.events.stored import PAYLOADS
from app.paging import PageRequest
from graphql_schema.context import Info
from graphql_schema.event_filters import FilterArgument, query_of
from graphql_schema.fields import computed, served
from graphql_schema.filters import ProfileFilter, taken
from graphql_schema.lookup import load_profile
from graphql_schema.nodes import Node, connection_row, load_connection
from graphql_schema.paging import AfterArgument, FirstArgument
from graphql_schema.ranges import DuringArgument
from graphql_schema.rows import Row, event_row
from graphql_schema.scalars import JSON

if TYPE_CHECKING:
    from graphql_schema.profiles import Profile

LazyProfile = Annotated["Profile", strawberry.lazy("graphql_schema.profiles")]


async def read_event_profile(info: Info, root: strawberry.Parent[Row]) -> Row | None:
    profile_id = root["profile_id"]
    return await load_profile(info, profile_id) if profile_id else None


def read_user(root: strawberry.Parent[Row]) -> object:
    return _payload(root, "user")


def read_account_traits(root: strawberry.Parent[Row]) -> object:
    return _payload(root, "account")


def read_context(root: strawberry.Parent[Row]) -> object:
    return _payload(root, "context")


def read_properties(root: strawberry.Parent[Row]) -> object:
    return _payload(root, "properties")


def _payload(row: Row, name: str) -> object:
    return decode_json(row["stored"].get(PAYLOADS[name], {}))


@strawberry.type(description="One thing that happened.")
class Event(Node):
    event_id: str = strawberry.field(description="The client's own id of the event.")
    type: EventType = strawberry.field(description="What kind of thing happened.")
    name: str | None = strawberry.field(description="The page, the action, or your own name.")
    time: datetime = strawberry.field(description="When it happened.")
    received_at: datetime = strawberry.field(description="When it arrived.")
    session_id: str | None = strawberry.field(description="The client's own id of the session.")
    account_id: str | None = strawberry.field(description="The company it happened in.")
    user: JSON = computed(JSON, read_user, "Traits of the person, as sent.")
    account: JSON = computed(JSON, read_account_traits, "Traits of the company, as sent.")
    context: JSON = computed(JSON, read_context, "Application, place, device and so on, as sent.")
    properties: JSON = computed(JSON, read_properties, "Anything else, as sent.")
    profile: LazyProfile | None = served(
        LazyProfile | None,
        read_event_profile,
        "The person; null for anonymous events, which belong to nobody.",
    )


ProfilesArgument = Annotated[
    ProfileFilter | None,
    strawberry.argument(description="Only events of people for whom this holds."),
]


async def read_events(
    info: Info,
    filter: FilterArgument = None,
    during: DuringArgument = None,
    profiles: ProfilesArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
) -> Row:
    events, wanted = info.context.services.events, query_of(info, filter, during)
    request, catalogue = PageRequest(first, after), await info.context.catalogue()
    if (people := taken(profiles)) is not None:
        read, now = info.context.services.crowds.page, info.context.now
        page, count = await read(wanted, people, request, now=now)
        return connection_row(page, NEWEST_FIRST, event_row, catalogue, count)
    page = await events.page(wanted, request)
    return connection_row(page, NEWEST_FIRST, event_row, catalogue, lambda: events.count(wanted))


async def read_events_of_profile(
    info: Info,
    root: strawberry.Parent[Row],
    filter: FilterArgument = None,
    during: DuringArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
) -> Row:
    events, together = info.context.services.events, info.context.loaders.together
    wanted = query_of(info, filter, during)
    return await load_connection(
        info,
        root["document"]["_id"],
        NEWEST_FIRST,
        event_row,
        together(events.pages_of_profiles, wanted, PageRequest(first, after)),
        together(events.counts_of_profiles, wanted),
    )
