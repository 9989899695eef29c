"""Lists whose items differ from row to row in a few values only, as the cells of a table do.

What all rows have in common stands in the head of a column, and is completed once for a whole
page. A cell is made of its *state*, which lies in the row under the column's key, right into the
shape of the answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias, TypeGuard

from graphql_schema.compiled.declaring import Path
from graphql_schema.compiled.lines import Compiled
from graphql_schema.compiled.private import definition_of
from graphql_schema.compiled.shapes import (
    Computed,
    Items,
    Member,
    Row,
    Stored,
)

COLUMNS: Final = "columns"
"""The key of a pure field's metadata that has its ``Columns``; its resolver is ``items_of``."""

Item: TypeAlias = dict[str, Any]


class Column(NamedTuple):
    """One item of the list: ``same`` in all rows, the rest made ``of`` a state.

    ``plain``: the key of the state where a text, if there is one, is the item's plain value, and
    the only thing that is made of the state.
    """

    key: str
    same: Item
    of: Callable[[Any], Item]
    plain: str | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a list, which are made from a thing that all rows have, and the arguments."""

    of: Callable[..., Iterable[Column]]
    source: str
    """The key of that thing in a row."""
    states: Path
    """Where the states lie in a row; an item without one is left out."""
    varying: frozenset[str]
    """The keys of an item that are made of its state."""
    plain: str
    """The one of them that is a plain value."""


def items_of(columns: Columns, row: Item, **arguments: Any) -> list[Item]:  # noqa: ANN401  # as the field has them
    """The items of one row, as a resolver answers them."""
    states: Any = row
    for key in columns.states:
        states = None if states is None else states.get(key)
    found = columns.of(row[columns.source], **arguments)
    cells = [] if states is None else [(one, states.get(one.key)) for one in found]
    return [{**one.same, **one.of(state)} for one, state in cells if state is not None]


Table: TypeAlias = list[tuple[Any, ...]]
"""Of each column: key, plain, of, and the completed values that are the same in all rows."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A selection of the fields of such items."""

    columns: Columns
    row: Row
    same: tuple[Member, ...]
    varying: tuple[Stored, ...]
    tabled: Callable[[Any, Mapping[str, Any]], Table]


def cells_of(
    field: Computed, compile_members: Callable[[Sequence[Member]], Compiled | None]
) -> Cells | None:
    """How the items of a field are made of cells; None where they have to be made as ever."""
    known = definition_of(field.definition)
    columns: Columns | None = known.metadata.get(COLUMNS) if known else None
    content = field.shape.content
    row = content.item.content if isinstance(content, Items) else content
    if not columns or not isinstance(row, Row) or row.is_shared or row.type.is_type_of:
        return None
    varying = tuple(one for one in row.members if _varies(one, columns))
    same = tuple(one for one in row.members if one not in varying)
    complete = compile_members(same)
    if complete is None or complete.computed or any(len(one.path) > 1 for one in varying):
        return None
    names = [one.response_name for one in same]
    return Cells(columns, row, same, varying, _tabling(columns, complete.complete, names))


def _varies(member: Member, columns: Columns) -> TypeGuard[Stored]:
    return isinstance(member, Stored) and member.path[0] in columns.varying


def _tabling(
    columns: Columns, complete: Callable[..., Mapping[str, Any]], names: Sequence[str]
) -> Callable[[Any, Mapping[str, Any]], Table]:
    def tabled(source: object, arguments: Mapping[str, Any]) -> Table:
        heads = [(one, complete(one.same, ())) for one in columns.of(source, **arguments)]
        return [
            (one.key, one.plain, one.of, *(head[name] for name in names)) for one, head in heads
        ]

    return tabled
