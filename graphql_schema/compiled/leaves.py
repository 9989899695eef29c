"""Scalars and enums: which values may stay as they are, and what becomes of all others."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
)

from graphql_schema.compiled.private import members_of

Serialize = TypeVar("Serialize", bound=Callable[[Any], Any])

_AS_THEY_ARE: dict[GraphQLLeafType, str] = {
    GraphQLString: "type({0}) is str",
    GraphQLID: "type({0}) is str",
    GraphQLBoolean: "type({0}) is bool",
    GraphQLInt: "type({0}) is int and -2147483648 <= {0} <= 2147483647",
    GraphQLFloat: "type({0}) is float and {0} - {0} == 0.0",
}
"""The test that a value needs no coercion; ``x - x`` is not zero for infinities and NaN."""

VALUES: Final = frozenset(
    {str, int, float, bool, dict, list, tuple, Decimal, datetime, date, time, UUID}
)
"""Types of which no value is an exception or has to be awaited."""

_LEFT = "leaves_as_they_are"
_TAKEN = "takes"


class SurpriseError(Exception):
    """Something that only the stock executor knows how to deal with."""


def leaves(*kinds: type) -> Callable[[Serialize], Serialize]:
    """Says of a scalar's ``serialize`` that it returns values of these types as they are."""

    def mark(serialize: Serialize) -> Serialize:
        setattr(serialize, _LEFT, frozenset(kinds))
        return serialize

    return mark


def takes(kind: type) -> Callable[[Serialize], Serialize]:
    """Says of a scalar's ``serialize`` that for values of this type it answers, and not null."""

    def mark(serialize: Serialize) -> Serialize:
        setattr(serialize, _TAKEN, kind)
        return serialize

    return mark


def taken(leaf: GraphQLLeafType) -> type | None:
    """The type of values that the scalar says it takes."""
    kind: type | None = getattr(leaf.coerce_output_value, _TAKEN, None)
    return kind


def stay(leaf: GraphQLLeafType) -> frozenset[type]:
    """The types of values that the scalar says it leaves as they are."""
    kinds: frozenset[type] = getattr(leaf.coerce_output_value, _LEFT, frozenset())
    return kinds


def stays_test(leaf: GraphQLLeafType) -> str | None:
    """The test that a value of a built-in scalar may stay as it is."""
    return _AS_THEY_ARE.get(leaf)


def text_stays(leaf: GraphQLLeafType) -> bool:
    """Whether any text may stay as it is."""
    return str in stay(leaf) or leaf in (GraphQLString, GraphQLID)


def coercing(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    """The function that serializes any other value."""
    coerce = leaf.coerce_output_value

    def coerced(value: Any) -> Any:  # noqa: ANN401  # any value of a row
        result = coerce(value) if type(value) in VALUES else None
        if result is None:
            raise SurpriseError
        return result

    return coerced


def names_of(leaf: GraphQLEnumType) -> dict[int, Any]:
    """The names of an enum's members by their identity: to hash a member takes Python code."""
    return {id(one): leaf.coerce_output_value(one) for one in members_of(leaf)}
