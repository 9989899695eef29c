"""A fold: what a set of events says about one profile, account or session. Pure.

Law: ``fold(events of A and B) == combine(fold(A), fold(B))``. Late events, batches, merging,
back-fill, rebuilding and auditing follow from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from app.aggregation.monoids import MONOIDS, Aggregation, State
from app.identity.marks import NONE, Marks


@dataclass(frozen=True, slots=True)
class Processed:
    """When the earliest and the latest of the events were processed, not when they happened."""

    created_at: datetime
    updated_at: datetime

    def __or__(self, other: "Processed") -> "Processed":
        """The span of both."""
        created = min(self.created_at, other.created_at)
        return Processed(created, max(self.updated_at, other.updated_at))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an id leads: the document at the end of its merges, and whether that is deleted.

    ``marked`` are its marks as they are stored, ``marks`` with those of its user ids.
    """

    profile: str
    deleted: bool = False
    marked: tuple[str, ...] | None = None
    marks: Marks = NONE


@dataclass(frozen=True, slots=True)
class Fold:
    """States by the field they are stored in, the sets of the document, and processing times.

    ``processed`` is None for a fold that is no news of the person, such as a back-fill. ``terms``
    are what full-text search finds it by.
    """

    attributes: Mapping[str, tuple[Aggregation, State]]
    identifiers: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    processed: Processed | None = None
    terms: frozenset[str] = frozenset()


def combine(a: Fold, b: Fold) -> Fold:
    """The fold of the events of both."""
    times = [one.processed for one in (a, b) if one.processed]
    return Fold(
        _combine_attributes(a.attributes, b.attributes),
        a.identifiers | b.identifiers,
        a.accounts | b.accounts,
        reduce(or_, times) if times else None,
        a.terms | b.terms,
    )


_Attributes = Mapping[str, tuple[Aggregation, State]]


def _combine_attributes(a: _Attributes, b: _Attributes) -> _Attributes:
    combined = {**a, **b}
    for name in a.keys() & b.keys():
        aggregation, state = a[name]
        combined[name] = (aggregation, MONOIDS[aggregation].combine(state, b[name][1]))
    return combined
