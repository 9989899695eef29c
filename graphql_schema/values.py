"""Attribute values of a profile or an account, by name."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Annotated, Any, Final, TypeAlias

import strawberry

from app.aggregation.monoids import Aggregation
from app.aggregation.reading import read
from app.aggregation.stored import load_number, load_state
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, ProfileKind
from graphql_schema.compiled.columns import Column, Columns, items_of
from graphql_schema.rows import Row, definition_row

NameArgument = Annotated[str, strawberry.argument(description="The attribute's name.")]
NamesArgument = Annotated[
    list[str] | None, strawberry.argument(description="Only these, where they have a value.")
]

Shown: TypeAlias = Callable[[Any], Row]
"""From the stored state of an attribute to the fields of its ``AttributeValue``."""


def value_columns(kind: ProfileKind) -> Columns:
    """``attribute`` and ``attributes`` of this kind of profile, in the order of definitions."""

    def of(
        catalogue: Catalogue, *, names: list[str] | None = None, name: str | None = None
    ) -> tuple[Column, ...]:
        wanted = (name,) if name is not None else None if names is None else tuple(names)
        return _columns(catalogue, kind, wanted)

    return Columns(
        of,
        source="catalogue",
        states=("document", "attributes"),
        varying=frozenset({"value", "first", "last", "values"}),
        plain="value",
    )


VALUES: Final = {kind: value_columns(kind) for kind in (ProfileKind.USER, ProfileKind.ACCOUNT)}


def value_readers(kind: ProfileKind) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The resolvers of ``attribute`` and ``attributes`` of this kind of profile."""
    columns = VALUES[kind]

    def read_value(root: strawberry.Parent[Row], name: NameArgument) -> Row | None:
        return next(iter(items_of(columns, root, name=name)), None)

    def read_values(root: strawberry.Parent[Row], names: NamesArgument = None) -> list[Row]:
        return items_of(columns, root, names=names)

    return read_value, read_values


@lru_cache(maxsize=64)
def _columns(
    catalogue: Catalogue, kind: ProfileKind, names: tuple[str, ...] | None
) -> tuple[Column, ...]:
    wanted = None if names is None else set(names)
    return tuple(
        column
        for definition, column in _all_columns(catalogue, kind)
        if wanted is None or definition.name in wanted
    )


@lru_cache(maxsize=8)
def _all_columns(
    catalogue: Catalogue, kind: ProfileKind
) -> tuple[tuple[AttributeDefinition, Column], ...]:
    return tuple((one, _column(one)) for one in catalogue.of_kind(kind))


def _column(definition: AttributeDefinition) -> Column:
    same = {"name": definition.name, "definition": definition_row(definition)}
    shown = _SHOWN.get(definition.aggregation)
    if shown is None:  # a first or a last value, as most are
        return Column(definition.stored_as, same, _stamped, plain="v")
    return Column(definition.stored_as, same, shown)


def _stamped(state: Any) -> Row:  # noqa: ANN401  # as it is stored
    return {"value": load_number(state["v"])}


def _value(state: Any) -> Row:  # noqa: ANN401  # as it is stored
    return {"value": load_number(state)}


def _ends(state: Any) -> Row:  # noqa: ANN401  # as it is stored
    first, last = load_number(state["first"]["v"]), load_number(state["last"]["v"])
    return {"value": last, "first": first, "last": last}


def _entries(aggregation: Aggregation, state: Any) -> Row:  # noqa: ANN401  # as it is stored
    reading = read(aggregation, load_state(aggregation, state))
    entries = [{"value": one.value, "time": one.time} for one in reading.entries or ()]
    return {"value": reading.value, "values": entries}


_SHOWN: dict[Aggregation, Shown] = {
    Aggregation.FIRST_AND_LAST: _ends,
    **{one: partial(_entries, one) for one in (Aggregation.LIST, Aggregation.UNIQUE_LIST)},
    **dict.fromkeys((Aggregation.MIN, Aggregation.MAX, Aggregation.SUM), _value),
}
