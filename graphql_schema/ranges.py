"""Ranges of time as arguments."""

from datetime import datetime, timedelta
from typing import Annotated

import strawberry

from app.events import ranges
from graphql_schema.context import Info


@strawberry.input(description="From one moment to another.")
class TimeInterval:
    from_: datetime = strawberry.field(name="from", description="The first moment of it.")
    to: datetime = strawberry.field(description="The first moment that is no longer part of it.")


@strawberry.input(one_of=True, description="A range of time.")
class TimeRange:
    last: timedelta | None = strawberry.field(
        default=strawberry.UNSET, description="The time up to now: `P7D`, `PT15M`."
    )
    between: TimeInterval | None = strawberry.field(
        default=strawberry.UNSET, description="From one moment to another."
    )


DuringArgument = Annotated[
    TimeRange | None, strawberry.argument(description="Only what happened in this time.")
]


def range_of(info: Info, during: TimeRange | None) -> ranges.TimeRange | None:
    """The moments that are meant; the whole request has one now."""
    if during is None:
        return None
    if isinstance(during.last, timedelta):  # no time at all is false
        return ranges.last(during.last, info.context.now)
    assert during.between, "one of them is given"
    return ranges.between(during.between.from_, during.between.to)
