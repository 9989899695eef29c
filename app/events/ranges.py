"""Ranges of time, half-open: the start belongs to them, the end does not. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.errors import RangeInvalidError
from app.values import milliseconds


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Moments from ``start`` on and before ``end``, both in UTC with milliseconds."""

    start: datetime
    end: datetime


def last(duration: timedelta, now: datetime) -> TimeRange:
    """The time up to now; ``RangeInvalidError`` where it has no beginning."""
    if duration <= timedelta():
        raise RangeInvalidError("last", "a duration is longer than nothing")
    try:
        return TimeRange(milliseconds(now - duration), now)
    except OverflowError as endless:
        raise RangeInvalidError("last", "it begins before the year 1") from endless


def between(start: datetime, end: datetime) -> TimeRange:
    """The time between two moments; ``RangeInvalidError`` where there is none."""
    try:
        bounds = TimeRange(milliseconds(start), milliseconds(end))
    except OverflowError as outside:
        raise RangeInvalidError("between", "it is outside of the years 1 to 9999") from outside
    if bounds.start >= bounds.end:
        raise RangeInvalidError("between", "`from` has to be before `to`")
    return bounds


def during_match(path: str, during: TimeRange | None) -> dict[str, Any]:
    """The filter for documents with a moment of the range at this path."""
    return {path: {"$gte": during.start, "$lt": during.end}} if during else {}
