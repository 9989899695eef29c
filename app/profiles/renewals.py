"""How a document ends and begins anew under the same id, as accounts do. Pure.

What has ended is set aside inside the document, in one step, and put away from there. Its guards
stay, so that nothing is applied twice. ``since`` is a copy of them: what they tell of went with
what has ended, and only what comes later counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.paging import Mql
from app.profiles.compile import UNFINISHED

BACKFILL = "backfill"
"""The guard of back-fills."""

_GENERATION = 1 << 32
"""More than there will be versions of the definitions."""

_CONTENT = ("attributes", "terms", "created_at", "updated_at", "brims")


@dataclass(frozen=True, slots=True)
class Renewed:
    """How often a document began anew, and the guards that it had the last time."""

    times: int = 0
    since: Mapping[str, int] = field(default_factory=dict)

    def lacks(self, lane: str, seq: int) -> bool:
        """Whether a batch went with what has ended."""
        return lane in self.since and seq <= self.since[lane]


def renewed(document: Mapping[str, Any]) -> Renewed:
    """How often a document began anew, and when."""
    return Renewed(document.get("renewals", 0), document.get("since", {}))


def backfill_seq(version: int, times: int) -> int:
    """The number of a back-fill for a document that began anew so often.

    What was folded for the document as it was before has a smaller one than its guard.
    """
    return times * _GENERATION + version


def renewing(known: Mapping[str, Any], ended: Mql) -> Mql:
    """The update with which a document begins anew; ``ended`` is noted with what is set aside.

    ``known``: its guards, as long as they are these, and how often it has begun anew.
    """
    times = renewed(known).times + 1
    return {
        "$rename": {name: f"ended.{name}" for name in _CONTENT},
        "$set": {
            **{f"ended.{name}": value for name, value in ended.items()},
            **UNFINISHED,
            "since": known.get("guard", {}),
            "renewals": times,
            f"guard.{BACKFILL}": backfill_seq(0, times),
        },
    }
