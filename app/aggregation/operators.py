"""The same eight aggregations as MongoDB's own update operators.

``$min``, ``$max``, ``$inc`` and ``$push`` combine a folded state into a stored one atomically,
without reading it first. Values are operands, never expressions: a text that begins with a
``$`` stays a text. Property tests hold this module and ``monoids`` together.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias, cast

from app.aggregation.monoids import MAX_LIST, Aggregation, Entries, State
from app.aggregation.stamps import Stamped
from app.aggregation.stored import Stored, store_number, store_stamped, store_value, unique_key
from app.values import Value

Operation: TypeAlias = tuple[str, str, Stored]
"""``(operator, path, operand)``: one entry of an update document."""

Operations: TypeAlias = tuple[Operation, ...]

_STAMP_ORDER = {"t": 1, "n": 1, "v": 1}


def operations(aggregation: Aggregation, path: str, state: State) -> Operations:
    """The update operations that combine ``state`` into what stands at ``path``."""
    return _COMPILERS[aggregation](path, state)


def _stamped(operator: str) -> Callable[[str, State], Operations]:
    def compile_stamped(path: str, state: State) -> Operations:
        return ((operator, path, store_stamped(cast("Stamped", state))),)

    return compile_stamped


def _plain(operator: str) -> Callable[[str, State], Operations]:
    def compile_plain(path: str, state: State) -> Operations:
        return ((operator, path, store_value(cast("Value", state))),)

    return compile_plain


def _ends(path: str, state: State) -> Operations:
    first, last = cast("Entries", state)
    return (
        ("$min", f"{path}.first", store_stamped(first)),
        ("$max", f"{path}.last", store_stamped(last)),
    )


def _list(path: str, state: State) -> Operations:
    entries = [store_stamped(entry) for entry in cast("Entries", state)]
    return (("$push", path, {"$each": entries, "$sort": _STAMP_ORDER, "$slice": -MAX_LIST}),)


def _unique(path: str, state: State) -> Operations:
    return tuple(
        ("$min", f"{path}.{unique_key(entry.value)}", store_stamped(entry))
        for entry in cast("Entries", state)
    )


def _sum(path: str, state: State) -> Operations:
    return (("$inc", path, store_number(cast("Decimal", state))),)


_COMPILERS: dict[Aggregation, Callable[[str, State], Operations]] = {
    Aggregation.FIRST: _stamped("$min"),
    Aggregation.LAST: _stamped("$max"),
    Aggregation.FIRST_AND_LAST: _ends,
    Aggregation.LIST: _list,
    Aggregation.UNIQUE_LIST: _unique,
    Aggregation.MIN: _plain("$min"),
    Aggregation.MAX: _plain("$max"),
    Aggregation.SUM: _sum,
}
