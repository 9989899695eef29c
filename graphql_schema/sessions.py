"""Sessions: one visit of one person."""

from datetime import datetime
from typing import Any

import strawberry

from app.aggregation.stored import load_value
from app.attributes.defaults import FRUSTRATIONS
from app.attributes.model import ProfileKind
from app.events.filter import SessionSpan
from app.events.service import EARLIEST_FIRST, MAX_MOMENTS
from app.paging import PageRequest
from graphql_schema.analytics import frustrations_query
from graphql_schema.context import Info
from graphql_schema.events import Event
from graphql_schema.fields import computed, served, stored
from graphql_schema.nodes import Connection, Node, load_connection
from graphql_schema.paging import AfterArgument, FirstArgument
from graphql_schema.rows import Row, default_path, event_row, frustration_rows


def _default(kind: object, name: str, description: str) -> Any:  # noqa: ANN401  # the class decorator reads it
    return stored(kind, default_path(ProfileKind.SESSION, name), description)


def _count(name: str, description: str) -> Any:  # noqa: ANN401  # the class decorator reads it
    def read_count(root: strawberry.Parent[Row]) -> int:
        return _counted(root, name)

    return computed(int, read_count, description)


def _counted(row: Row, name: str) -> int:
    return int(load_value(row["document"]["attributes"].get(name, 0)))  # type: ignore[arg-type]  # a number


def read_frustrations(root: strawberry.Parent[Row]) -> list[Row]:
    return frustration_rows({kind: _counted(root, kind) for kind in FRUSTRATIONS})


def read_analytics_query(root: strawberry.Parent[Row]) -> str:
    return frustrations_query(root["document"]["session_id"])


def _span(row: Row) -> SessionSpan:
    document = row["document"]
    profile, session_id, times = document["profile"], document["session_id"], document["attributes"]
    return SessionSpan(profile, session_id, times["started_at"], times["ended_at"])


async def read_events_of_session(
    info: Info,
    root: strawberry.Parent[Row],
    first: FirstArgument = None,
    after: AfterArgument = None,
) -> Row:
    events, together = info.context.services.events, info.context.loaders.together
    return await load_connection(
        info,
        _span(root),
        EARLIEST_FIRST,
        event_row,
        together(events.pages_of_sessions, PageRequest(first, after)),
        together(events.counts_of_sessions),
    )


async def read_views(info: Info, root: strawberry.Parent[Row]) -> list[Row]:
    views = info.context.loaders.together(info.context.services.events.views_of_sessions)
    return [
        {
            "page": one.page,
            "started_at": one.started_at,
            "frustration_count": one.frustrations.total(),
            "frustrations": frustration_rows(one.frustrations),
        }
        for one in await views.load(_span(root))
    ]


@strawberry.type(description="How often one kind of frustration happened.")
class FrustrationCount:
    type: str = strawberry.field(description="rage_click, dead_click, error_click, …")
    count: int = strawberry.field(description="How often.")


@strawberry.type(description="A page view of a session, until the next one.")
class SessionView:
    page: str | None = strawberry.field(
        description="Its name; null where it has none, and before the first view."
    )
    started_at: datetime = strawberry.field(description="When it began.")
    frustration_count: int = strawberry.field(description="Moments of frustration on it.")
    frustrations: list[FrustrationCount] = strawberry.field(
        description="Moments of frustration by kind, none left out but those that did not happen."
    )


@strawberry.type(description="One visit of one person.")
class Session(Node):
    session_id: str = stored(str, ("document", "session_id"), "The client's own id of the session.")
    started_at: datetime = _default(datetime, "started_at", "When its earliest event happened.")
    ended_at: datetime = _default(datetime, "ended_at", "When its latest event happened.")
    application: str | None = _default(str | None, "application", "The application it began in.")
    entry_page: str | None = _default(str | None, "entry_page", "The first page.")
    exit_page: str | None = _default(str | None, "exit_page", "The last page.")
    view_count: int = _count("view_count", "Page views.")
    action_count: int = _count("action_count", "Actions.")
    error_count: int = _count("error_count", "Errors.")
    frustration_count: int = _count("frustration_count", "Moments of frustration.")
    frustrations: list[FrustrationCount] = computed(
        list[FrustrationCount],
        read_frustrations,
        "Moments of frustration by kind, none left out but those that did not happen.",
    )
    views: list[SessionView] = served(
        list[SessionView],
        read_views,
        "Its page views in the order they happened, with the moments of frustration on each; "
        f"of a session with more than {MAX_MOMENTS:,} of both, the first.",
    )
    analytics_query: str = computed(
        str,
        read_analytics_query,
        "The search for its frustrations in an analytics explorer, such as "
        '`@session.frustration.count:>0 @type:session @session.id:"s1"`.',
    )
    events: Connection[Event] = served(
        Connection[Event], read_events_of_session, "Its events, the earliest first."
    )
