"""Attribute values of a profile or an account, by name."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Annotated, Any, NamedTuple, TypeAlias

import strawberry

from app.aggregation.monoids import Aggregation
from app.aggregation.reading import read
from app.aggregation.stored import load_number, load_state
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, ProfileKind
from graphql_schema.rows import Row, definition_row

NameArgument = Annotated[str, strawberry.argument(description="The attribute's name.")]
NamesArgument = Annotated[
    list[str] | None, strawberry.argument(description="Only these, where they have a value.")
]

Shown: TypeAlias = Callable[[Any], Row]
"""From the stored state of an attribute to the fields of its ``AttributeValue``."""


class Column(NamedTuple):
    """An attribute of a list of profiles: all that is the same for each of them."""

    stored_as: str
    name: str
    definition: Row
    shown: Shown | None
    """None for a first or a last value, as most are, which stands there as it is."""


def value_readers(kind: ProfileKind) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The resolvers of ``attribute`` and ``attributes`` of this kind of profile."""

    def read_value(root: strawberry.Parent[Row], name: NameArgument) -> Row | None:
        return next(iter(_rows(root, kind, (name,))), None)

    def read_values(root: strawberry.Parent[Row], names: NamesArgument = None) -> list[Row]:
        return _rows(root, kind, None if names is None else tuple(names))

    return read_value, read_values


def _rows(root: Row, kind: ProfileKind, names: tuple[str, ...] | None) -> list[Row]:
    """Those that have a value, in the order of their definitions."""
    stored, rows = root["document"].get("attributes", {}), []
    for stored_as, name, definition, shown in _columns(root["catalogue"], kind, names):
        state = stored.get(stored_as)
        if state is None:
            continue
        if shown is None:  # hot: thousands of a page
            value = state["v"]
            if type(value) is not str:
                value = load_number(value)
            rows.append({"name": name, "definition": definition, "value": value})
        else:
            rows.append({"name": name, "definition": definition, **shown(state)})
    return rows


@lru_cache(maxsize=64)
def _columns(
    catalogue: Catalogue, kind: ProfileKind, names: tuple[str, ...] | None
) -> tuple[Column, ...]:
    wanted = None if names is None else set(names)
    columns = _all_columns(catalogue, kind)
    return tuple(one for one in columns if wanted is None or one.name in wanted)


@lru_cache(maxsize=8)
def _all_columns(catalogue: Catalogue, kind: ProfileKind) -> tuple[Column, ...]:
    return tuple(map(_column, catalogue.of_kind(kind)))


def _column(definition: AttributeDefinition) -> Column:
    shown = _SHOWN.get(definition.aggregation)
    return Column(definition.stored_as, definition.name, definition_row(definition), shown)


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
