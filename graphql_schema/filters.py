"""Filters and orders of lists: typed for clients, taken as plain JSON by the condition language."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, cast

import strawberry

from app.segments.order import OrderBy
from graphql_schema.coercion import take_as
from graphql_schema.enums import Direction
from graphql_schema.event_filters import EventFilter
from graphql_schema.ranges import TimeRange
from graphql_schema.scalars import JSON


def _operator(description: str, name: str | None = None) -> Any:  # noqa: ANN401  # read by the class decorator
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.input(
    description="Exactly one operator. A list attribute passes when a value of it does."
)
class AttributeCondition:
    name: str = strawberry.field(description="The attribute's name.")
    eq: JSON | None = _operator("Equal; countries by code or by name.")
    ne: JSON | None = _operator("Not `eq`: also where there is no value.")
    in_: list[JSON] | None = _operator("Equal to one of these.", "in")
    not_in: list[JSON] | None = _operator("Not `in`: also where there is no value.")
    gt: JSON | None = _operator("Greater, later, or behind in the order of characters.")
    gte: JSON | None = _operator("Greater or equal.")
    lt: JSON | None = _operator("Smaller, earlier, or before in the order of characters.")
    lte: JSON | None = _operator("Smaller or equal.")
    contains: str | None = _operator("Text that holds this; upper and lower case differ.")
    starts_with: str | None = _operator("Text that begins with this.")
    matches: str | None = _operator("Whole text, where `*` stands for any characters.")
    exists: bool | None = _operator("Whether there is a value.")
    within_last: timedelta | None = _operator("DATETIME: since so long before now, and before now.")
    not_within_last: timedelta | None = _operator("Not `withinLast`: also where there is no value.")


@strawberry.input(description="Identifiers of one type.")
class IdentifierList:
    type: str = strawberry.field(description="`user_id`, `cookie_id`, or your own kind.")
    values: list[str] = strawberry.field(description="At most 1000 values.")


@strawberry.enum(description="What all steps of a sequence have to be inside of.")
class Scope(StrEnum):
    SESSION = "SESSION"
    WINDOW = "WINDOW"


@strawberry.input(description="An event of a sequence.")
class StepInput:
    event: EventFilter = strawberry.field(description="Which event.")
    negated: bool | None = strawberry.field(
        default=False,
        description="True: and then not, until the end of the session or window.",
    )


@strawberry.input(description="How often; without a lower limit at least once.")
class CountRange:
    at_least: int | None = _operator("Not less often; 1 or more.")
    at_most: int | None = _operator("Not more often; 1 or more.")


@strawberry.input(
    description="Steps in the order of time. An account meets it when one of its users does, by "
    "what that user did in this account."
)
class PerformedCondition:
    steps: list[StepInput] = strawberry.field(description="1 to 10 events, one after the other.")
    during: TimeRange = strawberry.field(description="Only what happened in this time counts.")
    scope: Scope | None = strawberry.field(
        default=Scope.SESSION,
        description="Several steps are inside one session, or inside one window.",
    )
    window: timedelta | None = strawberry.field(
        default=None,
        description="How long a window is that begins with its first step; else all of `during` "
        "is one.",
    )
    times: CountRange | None = strawberry.field(
        default=None,
        description="How often: of one step how many events, of several how many sessions, or "
        "windows that do not overlap.",
    )


@strawberry.input(one_of=True, description="One condition, or several joined.")
class ProfileFilter:
    and_: list["ProfileFilter"] | None = _operator("All of these hold.", "and")
    or_: list["ProfileFilter"] | None = _operator("At least one of these holds.", "or")
    not_: "ProfileFilter | None" = _operator("This does not hold.", "not")
    attribute: AttributeCondition | None = _operator("An attribute has such a value.")
    performed: PerformedCondition | None = _operator("Somebody did this.")
    segment: strawberry.ID | None = _operator("They belong to this segment, of the same kind.")
    identifier_in: IdentifierList | None = _operator("A user has one of these identifiers.")
    account: strawberry.ID | None = _operator(
        "A user has events in this account; an account is this one."
    )


ProfileFilter.__strawberry_definition__.from_input = take_as(lambda raw: raw)  # type: ignore[attr-defined]  # set by the decorator


@strawberry.input(description="Sorted by this; without a value last, ties by id.")
class AttributeOrder:
    attribute: str = strawberry.field(
        description="An attribute's name; FIRST_AND_LAST is sorted by the last, lists cannot be."
    )
    direction: Direction | None = strawberry.field(
        default=Direction.ASC, description="Upwards or downwards."
    )


def taken(filter: ProfileFilter | None) -> Mapping[str, Any] | None:
    """The JSON that stands for the filter, see ``from_input`` above."""
    return cast("Mapping[str, Any] | None", filter)


FilterArgument = Annotated[
    ProfileFilter | None, strawberry.argument(description="Only those for which this holds.")
]
SegmentArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only those in this segment.")
]
SearchArgument = Annotated[
    str | None,
    strawberry.argument(
        description="Only those with all these words in texts they have or ever had, without case "
        "and accents: by how a word begins; in names, addresses and identifiers but cookies also "
        "by its middle."
    ),
]
OrderArgument = Annotated[
    list[AttributeOrder] | None,
    strawberry.argument(description="Up to 3 attributes to sort by, the first one first."),
]


def orders(asked: Iterable[AttributeOrder] | None) -> tuple[OrderBy, ...]:
    """The order as the condition language has it."""
    return tuple(OrderBy(one.attribute, one.direction is Direction.DESC) for one in asked or ())
