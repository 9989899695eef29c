"""Sessions: one visit of one person."""

from datetime import datetime

import strawberry

from graphql_schema.nodes import Node


@strawberry.type(description="How often one kind of frustration happened.")
class FrustrationCount:
    type: str = strawberry.field(description="rage_click, dead_click, error_click, …")
    count: int = strawberry.field(description="How often.")


@strawberry.type(description="One visit of one person.")
class Session(Node):
    session_id: str = strawberry.field(description="The client's own id of the session.")
    started_at: datetime = strawberry.field(description="When its earliest event happened.")
    ended_at: datetime = strawberry.field(description="When its latest event happened.")
    application: str | None = strawberry.field(description="The application it began in.")
    entry_page: str | None = strawberry.field(description="The first page.")
    exit_page: str | None = strawberry.field(description="The last page.")
    view_count: int = strawberry.field(description="Page views.")
    action_count: int = strawberry.field(description="Actions.")
    error_count: int = strawberry.field(description="Errors.")
    frustration_count: int = strawberry.field(description="Moments of frustration.")
    frustrations: list[FrustrationCount] = strawberry.field(
        description="Moments of frustration by kind, none left out but those that did not happen."
    )
