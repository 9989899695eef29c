"""Which documents may have grown beyond a limit, told from what was written to them. Pure.

The limits are about whole documents, and reading those after every batch would cost as much as
writing them. So what a process writes is weighed, and a document is measured where it gained
identifiers, or once it may have grown by a few kilobytes.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import cast

from app.aggregation.monoids import Aggregation, Entries
from app.aggregation.stamps import Stamped
from app.profiles.model import Fold
from app.removal.model import Bounds

WEIGHTY = 64
"""A document is measured when it may have grown by a 64th of what it may have."""

MAX_WEIGHED = 50_000
"""Documents whose weights are remembered; beyond it all are forgotten, and begin at nothing."""

_STAMP, _TERM, _SHORT = 64, 20, 256


def weight(fold: Fold) -> int:
    """About how many bytes a fold adds, if nothing of it was there before.

    One value takes another's place, so that short ones do not count.
    """
    states = sum(_weight(*one) for one in fold.attributes.values())
    accounts = sum(map(len, fold.accounts)) + _STAMP * len(fold.accounts)
    return states + accounts + _TERM * len(fold.terms)


def _weight(aggregation: Aggregation, state: object) -> int:
    match aggregation:
        case Aggregation.LIST | Aggregation.UNIQUE_LIST:
            return sum(_STAMP + _length(one.value) for one in cast("Entries", state))
        case Aggregation.FIRST | Aggregation.LAST:
            return _beyond_short([cast("Stamped", state)])
        case Aggregation.FIRST_AND_LAST:
            return _beyond_short(cast("Entries", state))
        case _:
            return 0


def _beyond_short(entries: Iterable[Stamped]) -> int:
    return sum(max(0, _length(one.value) - _SHORT) for one in entries)


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else 0


class Scales:
    """What was written to each document since it was measured, as far as this process knows."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._weighty = bounds.bytes / WEIGHTY
        self._weights: dict[str, int] = {}

    def suspects(self, folds: Mapping[str, Fold], gained: Collection[str] | None) -> list[str]:
        """Those of these documents that have to be measured, now that the folds are written.

        ``gained``: known ones that gained identifiers; None where nobody knows.
        """
        if gained is None:
            return list(folds)
        return [
            document
            for document, fold in folds.items()
            if self._is_weighty(document, fold)
            or document in gained
            or len(fold.identifiers) > self._bounds.identifiers
        ]

    def _is_weighty(self, document: str, fold: Fold) -> bool:
        total = self._weights.pop(document, 0) + weight(fold)
        if total >= self._weighty:
            return True
        if len(self._weights) >= MAX_WEIGHED:
            self._weights.clear()
        self._weights[document] = total
        return False
