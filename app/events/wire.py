"""The event as clients send it, in GraphQL variables and as lines of JSON. Pure.

The GraphQL input type has the same fields; a test compares the two.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""RFC 3339: a date and time with an offset."""

GraphQLInt = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]


class IdentifierInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A typed identifier as sent."""

    type: str
    value: str


class EventInput(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, gc=False):
    """An event as sent; ``app.events.parse`` decides what it is worth."""

    type: Literal["VIEW", "ACTION", "ERROR", "RESOURCE", "LONG_TASK", "CUSTOM"]
    time: Moment
    id: str | None = None
    name: str | None = None
    sequence: GraphQLInt | None = None
    user_id: str | None = None
    cookie_id: str | None = None
    identifiers: list[IdentifierInput] | None = None
    anonymous_tracking: bool | None = False
    user: Any = None
    account: Any = None
    session_id: str | None = None
    context: Any = None
    properties: Any = None


class PartInput(EventInput, frozen=True, gc=False):
    """A part of an event that is sent in versions, as ``app.events.upserts`` takes it apart."""

    of: str = ""
    counts: bool = False
    shown: bool = False
    replaced: tuple[str, ...] = ()
