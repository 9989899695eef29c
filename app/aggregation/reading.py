"""What a state shows to a reader."""

from dataclasses import dataclass
from typing import cast

from app.aggregation.monoids import Aggregation, Entries, State
from app.aggregation.stamps import Stamped
from app.values import Value

_LISTS = (Aggregation.LIST, Aggregation.UNIQUE_LIST)
_STAMPED = (Aggregation.FIRST, Aggregation.LAST)


@dataclass(frozen=True, slots=True)
class Reading:
    """``value``: the one value, the last of first & last, or the list in order.

    ``first`` and ``last`` are set for first & last, ``entries`` for the two lists.
    """

    value: Value | list[Value]
    first: Value | None = None
    last: Value | None = None
    entries: Entries | None = None


def read(aggregation: Aggregation, state: State) -> Reading:
    """The state as a reader sees it."""
    if aggregation in _LISTS:
        entries = cast("Entries", state)
        return Reading([entry.value for entry in entries], entries=entries)
    if aggregation is Aggregation.FIRST_AND_LAST:
        first, last = cast("Entries", state)
        return Reading(last.value, first.value, last.value)
    if aggregation in _STAMPED:
        return Reading(cast("Stamped", state).value)
    return Reading(cast("Value", state))
