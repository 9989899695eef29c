"""Conditions: what is asked of a profile or an account. Pure.

A condition is checked input: its attributes exist, its values have their types. ``evaluate`` says
what it means, ``compile`` says the same to MongoDB.
"""

from dataclasses import dataclass
from typing import TypeAlias

from app.attributes.model import AttributeDefinition
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
    """The profile has events in this account, or is this account."""

    account_id: str


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


Condition: TypeAlias = HasValue | AnyValue | AnyIdentifier | OfAccount | All | Any | Not
