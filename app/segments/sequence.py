"""What it means that somebody performed a sequence of events. Pure.

Each step has the moments at which it happened. Steps follow each other strictly; what happened at
the same time is ordered by sequence or id, as it is everywhere. A negated step says that from the
step before it on, until the end of the session or window, no such event happened; where it comes
first, that none happened in it at all.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from app.events.evaluate import passes
from app.events.filter import EventFilter
from app.events.model import Event
from app.events.ranges import TimeRange
from app.segments.model import Performed, Scope, Step

Moment: TypeAlias = tuple[datetime, int]
"""Time and tie break of an event."""

Marks: TypeAlias = Sequence[Sequence[Moment]]
"""For each step when it happened, in order."""

Session: TypeAlias = str | None


class History:
    """What one person did, by name and type: most conditions are about few of the events."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._events = list(events)
        self._by_name: defaultdict[str | None, list[Event]] = defaultdict(list)
        self._by_type: defaultdict[str, list[Event]] = defaultdict(list)
        for event in self._events:
            self._by_name[event.name].append(event)
            self._by_type[event.type].append(event)

    def passing(self, wanted: EventFilter, during: TimeRange) -> Iterator[Event]:
        """The events of a range that a filter means."""
        for event in self._candidates(wanted):
            if during.start <= event.time < during.end and passes(wanted, event):
                yield event

    def _candidates(self, wanted: EventFilter) -> Sequence[Event]:
        if wanted.name is not None and "*" not in wanted.name:
            return self._by_name.get(wanted.name, ())
        return self._by_type.get(wanted.type, ()) if wanted.type else self._events


def has_performed(condition: Performed, history: History) -> bool:
    """Whether one person did it."""
    units: dict[Session, list[list[Moment]]] = defaultdict(lambda: [[] for _ in condition.steps])
    for number, step in enumerate(condition.steps):
        for event in history.passing(step.event, condition.during):
            units[_unit(condition, event)][number].append((event.time, event.tie))
    return holds_for(condition, units.items())


def holds_for(
    condition: Performed, units: Iterable[tuple[Session, Sequence[list[Moment]]]]
) -> bool:
    """Whether one person did it, given when they did each step, in every session or at all."""
    ordered = ((session, [sorted(moments) for moments in marks]) for session, marks in units)
    return condition.times.allow(
        sum(_count(condition, session, marks) for session, marks in ordered)
    )


def needs_session(condition: Performed) -> bool:
    """Whether what it holds for is judged session by session."""
    return condition.scope is Scope.SESSION and len(condition.steps) > 1


def positive(steps: Sequence[Step]) -> list[int]:
    """The numbers of the steps that have to happen."""
    return [number for number, step in enumerate(steps) if not step.negated]


def _unit(condition: Performed, event: Event) -> Session:
    return event.session_id if needs_session(condition) else None


def _count(condition: Performed, session: Session, marks: Marks) -> int:
    if len(condition.steps) == 1:
        return len(marks[0])
    if condition.scope is Scope.SESSION:
        return int(session is not None and _is_held(condition.steps, marks))
    if condition.window is None:
        return int(_is_held(condition.steps, marks))
    return sum(1 for _ in _windows(condition, marks))


def _is_held(steps: Sequence[Step], marks: Marks) -> bool:
    """Whether there is a moment for each step that happens; the earliest that fits serves best."""
    first, *_ = positive(steps)
    if any(marks[:first]):  # steps before it are negated
        return False
    before: Moment | None = None
    for number, least in _bounds(steps, marks):
        fitting = (
            one
            for one in marks[number]
            if (before is None or one > before) and (least is None or one >= least)
        )
        before = next(fitting, None)
        if before is None:
            return False
    return True


def _bounds(steps: Sequence[Step], marks: Marks) -> Iterator[tuple[int, Moment | None]]:
    """Each step that happens, and the last moment of what may not happen after it."""
    numbers = positive(steps)
    for number, following in zip(numbers, [*numbers[1:], len(steps)], strict=True):
        last = [marks[one][-1] for one in range(number + 1, following) if marks[one]]
        yield number, max(last, default=None)


def _windows(condition: Performed, marks: Marks) -> Iterator[datetime]:
    """The windows in which it happened; none begins before the one before it has ended."""
    assert condition.window, "there is one"
    first, *_ = positive(condition.steps)
    free: datetime | None = None
    for start in marks[first]:
        if free is not None and start[0] < free:
            continue
        try:
            end = start[0] + condition.window
        except OverflowError:
            end = condition.during.end
        inside = [_between(moments, start, end) for moments in marks]
        inside[first] = [start]
        if _is_held(condition.steps, inside):
            free = end
            yield start[0]


def _between(moments: Sequence[Moment], start: Moment, end: datetime) -> Sequence[Moment]:
    return moments[bisect_left(moments, start) : bisect_left(moments, (end, _FIRST))]


_FIRST = -(2**200)
"""Before every tie break."""
