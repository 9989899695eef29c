"""From what was sent as ``PerformedCondition`` to what somebody has to have performed. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.errors import FilterInvalidError, RangeInvalidError, ValueRefusedError
from app.events.check import check_filter
from app.events.filter import EventFilter, Operator
from app.events.model import EventType
from app.events.ranges import TimeRange, between, last
from app.segments.model import Performed, Scope, Step, Times
from app.segments.operators import duration
from app.values import to_datetime

MAX_STEPS = 10
"""Of a sequence: each is a walk of its own through the events."""

MAX_TIMES = 1_000_000

Raw = Mapping[str, Any]
Path = tuple[str, ...]
_OPERATORS = frozenset(Operator)
_BOUNDS = ("from", "to")


def check_performed(raw: Raw, now: datetime, path: Path) -> Performed:
    """The condition, or the error that says what is wrong where."""
    scope = Scope(raw.get("scope") or Scope.SESSION)
    return Performed(
        _steps(raw["steps"], (*path, "steps")),
        _during(raw["during"], now, (*path, "during")),
        scope,
        _window(raw.get("window"), scope, (*path, "window")),
        _times(raw.get("times") or {}, (*path, "times")),
    )


def _steps(raw: list[Raw], path: Path) -> tuple[Step, ...]:
    if not 1 <= len(raw) <= MAX_STEPS:
        raise FilterInvalidError(path, f"a sequence has 1 to {MAX_STEPS} steps")
    if all(one.get("negated") for one in raw):
        problem = "one step has to happen; whoever did nothing of it meets `not: {performed}`"
        raise FilterInvalidError(path, problem)
    return tuple(
        Step(_event(one["event"], (*path, str(number), "event")), bool(one.get("negated")))
        for number, one in enumerate(raw)
    )


def _event(raw: Raw, path: Path) -> EventFilter:
    kind = raw.get("type")
    where = [
        (one["field"], _operators(one, (*path, "where", str(number))))
        for number, one in enumerate(raw.get("where") or ())
    ]
    named, query = raw.get("name"), raw.get("query")
    return check_filter(EventType(kind) if kind else None, named, where, query, path)


def _operators(raw: Raw, path: Path) -> dict[str, object]:
    said = {name: one for name, one in raw.items() if name != "field"}
    for name in said:
        if name not in _OPERATORS:
            raise FilterInvalidError((*path, name), f"there is no operator {name!r}")
    return said


def _during(raw: Raw, now: datetime, path: Path) -> TimeRange:
    """``last`` ends now, which does not belong to it."""
    span = raw.get("last")
    try:
        if span is not None:
            return last(duration(span, (*path, "last")), now)
        return between(*(_moment(raw["between"][one], (*path, "between", one)) for one in _BOUNDS))
    except RangeInvalidError as none:
        problem = str(none).partition(": ")[2].removesuffix(".")
        raise FilterInvalidError((*path, *none.path[1:]), problem) from none


def _moment(raw: object, path: Path) -> datetime:
    try:
        return to_datetime(raw)
    except ValueRefusedError as unreadable:
        raise FilterInvalidError(path, str(unreadable).removesuffix(".")) from unreadable


def _window(raw: object, scope: Scope, path: Path) -> timedelta | None:
    if raw is None:
        return None
    if scope is not Scope.WINDOW:
        raise FilterInvalidError(path, "a session has its own length; say `scope: WINDOW`")
    span = duration(raw, path)
    if span < timedelta(milliseconds=1):
        raise FilterInvalidError(path, "a window is longer than nothing")
    return span


def _times(raw: Raw, path: Path) -> Times:
    least, most = raw.get("atLeast"), raw.get("atMost")
    for name, one in (("atLeast", least), ("atMost", most)):
        if one is not None and not 1 <= one <= MAX_TIMES:
            problem = f"it is 1 to {MAX_TIMES}; who never did it meets `not: {{performed}}`"
            raise FilterInvalidError((*path, name), problem)
    if least is not None and most is not None and least > most:
        raise FilterInvalidError((*path, "atMost"), "it is below `atLeast`")
    return Times(1 if least is None else least, most)
