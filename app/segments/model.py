"""Conditions: what is asked of a profile or an account. Pure.

A condition is checked input: its attributes exist, its values have their types. ``evaluate`` says
what it means, ``compile`` says the same to MongoDB.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from app.attributes.model import AttributeDefinition
from app.events.filter import EventFilter
from app.events.ranges import TimeRange
from app.segments.segment import ListKey
from app.values import Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The value is in a range; None: no limit on that side."""

    least: Value | None = None
    most: Value | None = None
    with_least: bool = True
    with_most: bool = True


@dataclass(frozen=True, slots=True)
class Like:
    """The text matches a regular expression, made by us of escaped pieces."""

    pattern: str


Test: TypeAlias = OneOf | Between | Like


@dataclass(frozen=True, slots=True)
class HasValue:
    """The attribute has a value."""

    attribute: AttributeDefinition


@dataclass(frozen=True, slots=True)
class AnyValue:
    """A value of the attribute passes: its only one, its first or last, or one of its list."""

    attribute: AttributeDefinition
    test: Test


@dataclass(frozen=True, slots=True)
class AnyIdentifier:
    """The profile has one of these identifiers, given by their keys."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfAccount:
    """The profile has events in this account."""

    account_id: str


class Scope(StrEnum):
    """What all steps have to be inside of."""

    SESSION = "SESSION"
    WINDOW = "WINDOW"


@dataclass(frozen=True, slots=True)
class Step:
    """An event that happens next or, negated, never again until the end of the scope."""

    event: EventFilter
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """How often: of one step how many events, of several how many sessions or windows."""

    at_least: int = 1
    at_most: int | None = None

    def allow(self, count: int) -> bool:
        """Whether it is this often."""
        return count >= self.at_least and (self.at_most is None or count <= self.at_most)


@dataclass(frozen=True, slots=True)
class Performed:
    """A person did the steps in their order, as often as ``times`` says, in a range of time.

    Events outside of the range count for nothing. ``window``: how long a window is that begins
    with its first step; None: the whole range is one. For an account it holds where it holds for
    at least one user, judged by what that user did in that account.
    """

    steps: tuple[Step, ...]
    during: TimeRange
    scope: Scope = Scope.SESSION
    window: timedelta | None = None
    times: Times = Times()


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list names it."""

    contents: str
    on: ListKey


@dataclass(frozen=True, slots=True)
class Among:
    """It is one of these.

    ``found``: in the ledger or by what documents hold, so that there is a document with content
    for each.
    """

    ids: frozenset[str]
    found: bool = False


@dataclass(frozen=True, slots=True)
class InSegment:
    """It belongs to a saved segment, which means that the segment's condition holds."""

    segment_id: str
    name: str
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """All conditions hold."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Any:
    """At least one condition holds."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: "Condition"


Elsewhere: TypeAlias = Performed | Listed
"""What the document itself does not tell."""

Said: TypeAlias = HasValue | AnyValue | AnyIdentifier | OfAccount
"""What the document tells."""

Condition: TypeAlias = Said | Elsewhere | Among | InSegment | All | Any | Not
