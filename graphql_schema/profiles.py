"""Profiles: the people who use the product."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from app.attributes.model import ProfileKind
from app.identity.model import USER_ID
from app.identity.model import Identifier as IdentifierModel
from app.ids import split_id
from app.paging import PageRequest
from app.profiles.service import BY_ID, LATEST_FIRST
from app.profiles.sessions import SessionFilter
from app.segments.service import Asked
from app.storage.client import Document
from graphql_schema.accounts import Account
from graphql_schema.attributes import AttributeValue
from graphql_schema.context import Info
from graphql_schema.events import Event, read_events_of_profile
from graphql_schema.fields import computed, served, stored
from graphql_schema.filters import (
    FilterArgument,
    OrderArgument,
    SearchArgument,
    SegmentArgument,
    orders,
    taken,
)
from graphql_schema.habits import (
    ActionCount,
    PageCount,
    read_frequent_actions,
    read_most_visited_pages,
)
from graphql_schema.identifiers import Identifier
from graphql_schema.lists import read_list
from graphql_schema.nodes import Connection, Node, load_connection
from graphql_schema.paging import AfterArgument, BeforeArgument, FirstArgument, LastArgument
from graphql_schema.projection import fields_of_one, fields_read, in_order, reads_values
from graphql_schema.ranges import DuringArgument, range_of
from graphql_schema.rows import (
    Row,
    account_row,
    country_row,
    default_path,
    profile_row,
    session_row,
)
from graphql_schema.segments import Segment, segments_of
from graphql_schema.sessions import Session
from graphql_schema.values import VALUES, value_readers

FrustratedArgument = Annotated[
    bool | None, strawberry.argument(description="Only sessions with moments of frustration.")
]


async def read_profile_accounts(
    info: Info,
    root: strawberry.Parent[Row],
    first: FirstArgument = None,
    after: AfterArgument = None,
) -> Row:
    accounts, together = info.context.services.accounts, info.context.loaders.together
    catalogue = await info.context.catalogue()
    fields = in_order(fields_read(info, ProfileKind.ACCOUNT, catalogue))
    return await load_connection(
        info,
        tuple(sorted(root["document"].get("accounts", ()))),
        BY_ID,
        account_row,
        together(accounts.pages_of, PageRequest(first, after), fields),
        together(accounts.counts_of),
    )


async def read_sessions(
    info: Info,
    root: strawberry.Parent[Row],
    during: DuringArgument = None,
    only_frustrated: FrustratedArgument = False,  # noqa: FBT002  # an argument of the API has a name
    first: FirstArgument = None,
    after: AfterArgument = None,
) -> Row:
    sessions, together = info.context.services.sessions, info.context.loaders.together
    wanted = SessionFilter(range_of(info, during), bool(only_frustrated))
    return await load_connection(
        info,
        root["document"]["_id"],
        LATEST_FIRST,
        session_row,
        together(sessions.pages_of_profiles, wanted, PageRequest(first, after)),
        together(sessions.counts_of_profiles, wanted),
    )


async def read_segments_of_profile(info: Info, root: strawberry.Parent[Row]) -> list[Row]:
    return await segments_of(info, root["document"]["_id"], ProfileKind.USER)


@strawberry.type(description="A country.")
class Country:
    code: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    name: str = strawberry.field(description="Its name in English.")


def _default(kind: object, name: str, description: str) -> Any:  # noqa: ANN401  # the class decorator reads it
    return stored(kind, default_path(ProfileKind.USER, name), description)


def _text(name: str, description: str) -> Any:  # noqa: ANN401  # the class decorator reads it
    return _default(str | None, name, description)


def _country(name: str, description: str) -> Any:  # noqa: ANN401  # the class decorator reads it
    path = default_path(ProfileKind.USER, name)
    return stored(Country | None, path, description, through=country_row, shared=True)


def read_identifiers(root: strawberry.Parent[Row]) -> list[Row]:
    keys = root["document"].get("identifiers", ())
    return [IdentifierModel.from_key(one)._asdict() for one in keys]


read_value, read_values = value_readers(ProfileKind.USER)
_VALUES = reads_values(ProfileKind.USER)


@strawberry.type(description="One person, as known from their events.")
class Profile(Node):
    identifiers: list[Identifier] = computed(
        list[Identifier],
        read_identifiers,
        "Everything that names them.",
        reads=("identifiers",),
    )
    created_at: datetime = stored(
        datetime, ("document", "created_at"), "When their first event was processed."
    )
    updated_at: datetime = stored(
        datetime, ("document", "updated_at"), "When their last event was processed."
    )
    user_id: str | None = _text("user_id", "The latest user id.")
    email: str | None = _text("email", "The latest email address.")
    name: str | None = _text("name", "The latest full name.")
    first_seen: datetime | None = _default(
        datetime | None, "first_seen", "When their first session began."
    )
    last_seen: datetime | None = _default(
        datetime | None, "last_seen", "When they were last active."
    )
    first_seen_application: str | None = _text(
        "first_seen_application", "The first application they used."
    )
    last_seen_application: str | None = _text(
        "last_seen_application", "The last application they used."
    )
    first_city: str | None = _text("first_city", "The city of their first session.")
    last_city: str | None = _text("last_city", "The city of their last session.")
    first_seen_country: Country | None = _country(
        "first_seen_country", "The country of their first session."
    )
    last_seen_country: Country | None = _country(
        "last_seen_country", "The country of their last session."
    )
    first_region: str | None = _text("first_region", "The region of their first session.")
    last_region: str | None = _text("last_region", "The region of their last session.")
    first_device_type: str | None = _text("first_device_type", "The device of their first session.")
    last_device_type: str | None = _text("last_device_type", "The device of their last session.")
    first_os_name: str | None = _text(
        "first_os_name", "The operating system of their first session."
    )
    last_os_name: str | None = _text("last_os_name", "The operating system of their last session.")
    first_os_version: str | None = _text("first_os_version", "Its version in their first session.")
    last_os_version: str | None = _text("last_os_version", "Its version in their last session.")
    first_browser_name: str | None = _text(
        "first_browser_name", "The browser of their first session."
    )
    last_browser_name: str | None = _text("last_browser_name", "The browser of their last session.")
    first_browser_version: str | None = _text(
        "first_browser_version", "Its version in their first session."
    )
    last_browser_version: str | None = _text(
        "last_browser_version", "Its version in their last session."
    )
    attribute: AttributeValue | None = computed(
        AttributeValue | None,
        read_value,
        "Any attribute, default or custom, by name.",
        reads=_VALUES,
        columns=VALUES[ProfileKind.USER],
    )
    attributes: list[AttributeValue] = computed(
        list[AttributeValue],
        read_values,
        "All attributes that have a value, in the order of their definitions.",
        reads=_VALUES,
        columns=VALUES[ProfileKind.USER],
    )
    accounts: Connection[Account] = served(
        Connection[Account],
        read_profile_accounts,
        "The accounts they have events in, by account id.",
        reads=("accounts",),
        related=True,
    )
    segments: list[Segment] = served(
        list[Segment],
        read_segments_of_profile,
        "The segments they are in at this moment, by name.",
        reads=(),
        related=True,
    )
    sessions: Connection[Session] = served(
        Connection[Session],
        read_sessions,
        "Their sessions, the latest first; `during` is about when they began.",
        reads=(),
        related=True,
    )
    events: Connection[Event] = served(
        Connection[Event],
        read_events_of_profile,
        "Their events, the newest first.",
        reads=(),
        related=True,
    )
    most_visited_pages: list[PageCount] = served(
        list[PageCount],
        read_most_visited_pages,
        "The pages they viewed most: by views, then by name.",
        reads=(),
        related=True,
    )
    frequent_actions: list[ActionCount] = served(
        list[ActionCount],
        read_frequent_actions,
        "What they did most: by how often, then by name.",
        reads=(),
        related=True,
    )


@strawberry.input(description="A typed identifier.")
class IdentifierInput:
    type: str = strawberry.field(description="`user_id`, `cookie_id`, or your own kind.")
    value: str = strawberry.field(description="The value.")


@strawberry.input(one_of=True, description="A profile, by one thing that names it.")
class ProfileRef:
    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The global id; ids of merged profiles lead on."
    )
    identifier: IdentifierInput | None = strawberry.field(
        default=strawberry.UNSET, description="Any identifier."
    )
    user_id: str | None = strawberry.field(default=strawberry.UNSET, description="The user id.")


ByArgument = Annotated[ProfileRef, strawberry.argument(description="Which profile.")]


async def find_profile(
    info: Info, ref: ProfileRef, fields: frozenset[str] | None = None
) -> Document | None:
    """The document that a reference means, or at least these fields of it."""
    profiles = info.context.services.profiles
    if ref.id:
        kind, key = split_id(ref.id) or (None, None)
        return await profiles.by_id(key, fields) if key and kind == "Profile" else None
    if ref.identifier:
        named = IdentifierModel(ref.identifier.type, ref.identifier.value)
    else:
        named = IdentifierModel(USER_ID, ref.user_id or "")
    return await profiles.by_identifier(named, fields)


async def read_profile(info: Info, by: ByArgument) -> Row | None:
    catalogue = await info.context.catalogue()
    found = await find_profile(info, by, fields_of_one(info, ProfileKind.USER, catalogue))
    return profile_row(found, catalogue) if found else None


async def read_profiles(
    info: Info,
    filter: FilterArgument = None,
    search: SearchArgument = None,
    order_by: OrderArgument = None,
    segment: SegmentArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
    last: LastArgument = None,
    before: BeforeArgument = None,
) -> Row:
    asked = Asked(ProfileKind.USER, taken(filter), search, orders(order_by), segment)
    return await read_list(info, asked, PageRequest(first, after, last, before), profile_row)
