"""Filters and orders of lists: typed for clients, taken as plain JSON by the condition language."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any, cast

import strawberry

from app.segments.order import OrderBy
from graphql_schema.coercion import take_as
from graphql_schema.enums import Direction
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


@strawberry.input(one_of=True, description="One condition, or several joined.")
class ProfileFilter:
    and_: list["ProfileFilter"] | None = _operator("All of these hold.", "and")
    or_: list["ProfileFilter"] | None = _operator("At least one of these holds.", "or")
    not_: "ProfileFilter | None" = _operator("This does not hold.", "not")
    attribute: AttributeCondition | None = _operator("An attribute has such a value.")
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
