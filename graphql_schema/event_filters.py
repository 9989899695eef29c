"""Filters of events: typed for clients, checked by ``app.events``."""

from typing import Annotated

import strawberry

from app.events.check import MAX_CONDITIONS, MAX_VALUES, check_filter
from app.events.filter import EventFilter as Wanted
from app.events.filter import EventQuery, Operator
from app.events.model import EventType
from graphql_schema import enums  # noqa: F401  # EventType is one of them
from graphql_schema.context import Info
from graphql_schema.ranges import DuringArgument, range_of
from graphql_schema.scalars import JSON


@strawberry.input(description="What a field of an event has to be; exactly one operator.")
class PropertyCondition:
    field: str = strawberry.field(
        description="`order_value` or `properties.order_value`, `geo.city` or "
        "`context.geo.city`, `user.plan`, `account.arr`, `event.session_id`. A list fits when "
        "one of its values does."
    )
    eq: JSON | None = strawberry.field(default=strawberry.UNSET, description="Equal to this.")
    ne: JSON | None = strawberry.field(
        default=strawberry.UNSET, description="Not equal to this, or missing."
    )
    in_: list[JSON] | None = strawberry.field(
        name="in", default=strawberry.UNSET, description=f"One of 1 to {MAX_VALUES} values."
    )
    gt: JSON | None = strawberry.field(
        default=strawberry.UNSET, description="Greater than this number or text."
    )
    gte: JSON | None = strawberry.field(
        default=strawberry.UNSET, description="Greater than or equal to this number or text."
    )
    lt: JSON | None = strawberry.field(
        default=strawberry.UNSET, description="Less than this number or text."
    )
    lte: JSON | None = strawberry.field(
        default=strawberry.UNSET, description="Less than or equal to this number or text."
    )
    contains: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A text with this text inside; upper and lower case differ.",
    )
    matches: str | None = strawberry.field(
        default=strawberry.UNSET, description="Whole text, where `*` stands for any characters."
    )
    exists: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it has a value that is not null."
    )


@strawberry.input(description="Which events; all that is given has to fit.")
class EventFilter:
    type: EventType | None = strawberry.field(default=None, description="Only of this type.")
    name: str | None = strawberry.field(
        default=None, description="Only with this name; `*` is any text: `/products/*`."
    )
    where: list[PropertyCondition] | None = strawberry.field(
        default=None, description=f"Up to {MAX_CONDITIONS} conditions that all have to fit."
    )
    query: str | None = strawberry.field(
        default=None,
        description="A search, such as `@type:action @usr.id:u1 -@geo.country_iso_code:(BR OR PT) "
        "@order_value:>=100`.",
    )


FilterArgument = Annotated[
    EventFilter | None, strawberry.argument(description="Only these events.")
]

_ARGUMENTS = {"in_" if one is Operator.IN else one.value: one for one in Operator}


def query_of(info: Info, given: EventFilter | None, during: DuringArgument) -> EventQuery:
    """What is asked for, or the error that says what of it means nothing."""
    return EventQuery(_filter(given) if given else Wanted(), range_of(info, during))


def _filter(given: EventFilter) -> Wanted:
    where = [(one.field, _operators(one)) for one in given.where or ()]
    return check_filter(given.type, given.name, where, given.query)


def _operators(condition: PropertyCondition) -> dict[str, object]:
    values = {operator: getattr(condition, name) for name, operator in _ARGUMENTS.items()}
    return {one: value for one, value in values.items() if value is not strawberry.UNSET}
