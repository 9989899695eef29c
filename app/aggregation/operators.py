"""The same eight aggregations as MongoDB's own update operators.

``$min``, ``$max``, ``$inc`` and ``$push`` combine a folded state into a stored one atomically,
without reading it first. Values are operands, never expressions: a text that begins with a
``$`` stays a text. Property tests hold this module and ``monoids`` together.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TypeAlias, cast

from bson import Decimal128

from app.aggregation.monoids import MAX_LIST, Aggregation, Entries, State
from app.aggregation.stamps import Stamped
from app.aggregation.stored import Stored, store_stamped, store_value, unique_key
from app.values import Value

Operation: TypeAlias = tuple[str, str, Stored]
"""``(operator, path, operand)``: one entry of an update document."""

_STAMP_ORDER = {"t": 1, "n": 1, "v": 1}


def operations(aggregation: Aggregation, path: str, state: State) -> Iterator[Operation]:
    """The update operations that combine ``state`` into what stands at ``path``."""
    return _COMPILERS[aggregation](path, state)


def _stamped(operator: str) -> Callable[[str, State], Iterator[Operation]]:
    def compile_stamped(path: str, state: State) -> Iterator[Operation]:
        yield operator, path, store_stamped(cast("Stamped", state))

    return compile_stamped


def _plain(operator: str) -> Callable[[str, State], Iterator[Operation]]:
    def compile_plain(path: str, state: State) -> Iterator[Operation]:
        yield operator, path, store_value(cast("Value", state))

    return compile_plain


def _ends(path: str, state: State) -> Iterator[Operation]:
    first, last = cast("Entries", state)
    yield "$min", f"{path}.first", store_stamped(first)
    yield "$max", f"{path}.last", store_stamped(last)


def _list(path: str, state: State) -> Iterator[Operation]:
    entries = [store_stamped(entry) for entry in cast("Entries", state)]
    yield "$push", path, {"$each": entries, "$sort": _STAMP_ORDER, "$slice": -MAX_LIST}


def _unique(path: str, state: State) -> Iterator[Operation]:
    for entry in cast("Entries", state):
        yield "$min", f"{path}.{unique_key(entry.value)}", store_stamped(entry)


def _sum(path: str, state: State) -> Iterator[Operation]:
    yield "$inc", path, Decimal128(cast("Decimal", state))


_COMPILERS: dict[Aggregation, Callable[[str, State], Iterator[Operation]]] = {
    Aggregation.FIRST: _stamped("$min"),
    Aggregation.LAST: _stamped("$max"),
    Aggregation.FIRST_AND_LAST: _ends,
    Aggregation.LIST: _list,
    Aggregation.UNIQUE_LIST: _unique,
    Aggregation.MIN: _plain("$min"),
    Aggregation.MAX: _plain("$max"),
    Aggregation.SUM: _sum,
}
