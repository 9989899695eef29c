"""What is remembered of who was in a segment. Pure.

It is made of stays: from the refresh that found somebody in it to the one that did not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.events.ranges import TimeRange
from app.paging import Mql, Order, Sort
from app.segments.errors import SegmentInvalidError

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=31)


class Change(StrEnum):
    """What happened to somebody's membership."""

    ENTERED = "ENTERED"
    LEFT = "LEFT"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The last refresh of a segment, and how many were in it; since when there is a history."""

    at: datetime
    members: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Refreshing:
    """How often a segment is refreshed, None: never, and what is known from it.

    ``claim``: of the refresh that has begun last.
    """

    every: timedelta | None = None
    last: Refreshed | None = None
    claim: str | None = None


NEVER = Refreshing()


def check_every(every: timedelta | None) -> timedelta | None:
    """The time between two refreshes, or the error that says what is wrong."""
    if every is not None and not SHORTEST <= every <= LONGEST:
        raise SegmentInvalidError("refreshEvery", "it is one minute to 31 days")
    return every


def moment(change: Change) -> str:
    """Where a stay has the time of a change."""
    return "entered" if change is Change.ENTERED else "left"


def newest_first(change: Change) -> Order:
    """Changes in the order of a list."""
    return (Sort(moment(change), -1), Sort("_id", -1))


def changes_match(segment_id: str, change: Change, during: TimeRange | None) -> Mql:
    """The filter for stays that began or ended; whoever the first refresh found did not enter."""
    at: Mql = {"$gte": during.start, "$lt": during.end} if during else {"$ne": None}
    began = {"initial": False} if change is Change.ENTERED else {}
    return {"segment": segment_id, **began, moment(change): at}


def stays_match(segment_id: str, at: datetime) -> Mql:
    """The filter for those who were in a segment at a moment."""
    staying = {"$or": [{"left": None}, {"left": {"$gt": at}}]}
    return {"segment": segment_id, "entered": {"$lte": at}, **staying}
