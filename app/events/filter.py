"""Which events somebody asks for. Pure.

A filter is made by ``check`` from what a client wrote and means the same as what ``compile``
makes of it for the database.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from app.events.model import EventType
from app.events.ranges import TimeRange

Scalar: TypeAlias = str | bool | int | float | Decimal


class Operator(StrEnum):
    """How a field is compared."""

    EQ = "eq"
    NE = "ne"
    IN = "in"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    CONTAINS = "contains"
    MATCHES = "matches"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a field has to be; a list has to have one such element.

    ``keys`` is the field's normal form, ``("context", "geo", "city")``. The operand is a tuple
    for ``IN``, a boolean for ``EXISTS``, else one value; for ``MATCHES`` it is the pieces of a
    text, with anything between them.
    """

    keys: tuple[str, ...]
    operator: Operator
    operand: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Events of a type and a name, ``*`` in which is any text, that meet every condition.

    ``query``: what else is to be said of them.
    """

    type: EventType | None = None
    name: str | None = None
    where: tuple[Condition, ...] = ()
    query: "Query | None" = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Events that pass each of these; if there is none, all events."""

    queries: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Events that pass one of these."""

    queries: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Events that do not pass this."""

    query: "Query"


Query: TypeAlias = EventFilter | AllOf | AnyOf | NoneOf


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Events that pass a filter and happened in a range of time."""

    filter: EventFilter = EventFilter()
    during: TimeRange | None = None


@dataclass(frozen=True, slots=True)
class SessionSpan:
    """One session of a profile: its id, and when its first and last event happened."""

    profile: str
    session_id: str
    started_at: datetime
    ended_at: datetime
