"""Why somebody belongs to a segment or not: each of its conditions, and what decided it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.attributes.model import ProfileKind
from app.events.model import Event
from app.segments import model
from app.segments.check import Frame, Path, check_filter, check_use
from app.segments.evaluate import Subject, evaluate, values
from app.segments.rows.keys import keys_of_fold
from app.segments.segment import Definition, segment_key
from app.segments.sequence import History
from app.values import Value

MAX_EVENTS = 20
"""Of one condition: the latest ones that its steps are about."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A condition, whether it holds, and the values or events that decided it.

    ``path``: where the condition stands in the definition; through a segment on into its own.
    """

    path: Path
    condition: Mapping[str, Any]
    holds: bool
    values: tuple[Value, ...] = ()
    events: tuple[Event, ...] = ()


def explain(
    raw: Mapping[str, Any], frame: Frame, subject: Subject, path: Path = ()
) -> Iterator[Verdict]:
    """The verdict on a filter, then those on everything that it is made of."""
    condition = check_filter(raw, frame)
    yield Verdict(
        path,
        raw,
        evaluate(condition, subject),
        tuple(_values(condition, subject, frame.kind)),
        tuple(_events(condition, subject)),
    )
    [(name, content)] = raw.items()
    match name:
        case "and" | "or":
            for number, one in enumerate(content):
                yield from explain(one, frame, subject, (*path, name, str(number)))
        case "not":
            yield from explain(content, frame, subject, (*path, name))
        case "segment":
            source = frame.segments[segment_key(content) or ""].source
            if isinstance(source, Definition):
                yield from explain(source.condition, frame, subject, (*path, name))
        case _:
            pass


def explain_segment(global_id: str, frame: Frame, subject: Subject) -> Iterator[Verdict]:
    """The verdict on a saved segment and everything that it is made of; on a list, one alone."""
    source = frame.segments[segment_key(global_id) or ""].source
    if isinstance(source, Definition):
        yield from explain(source.condition, frame, subject)
    else:
        condition = check_use(global_id, frame, ("segment",))
        found = tuple(_values(condition, subject, frame.kind))
        yield Verdict((), {"list": {"on": source.on}}, evaluate(condition, subject), found)


def _values(condition: model.Condition, subject: Subject, kind: ProfileKind) -> list[Value]:
    """What somebody has of that which a condition is about."""
    match condition:
        case model.Not(condition=one) | model.InSegment(condition=model.Listed() as one):
            return _values(one, subject, kind)
        case model.HasValue(attribute=attribute) | model.AnyValue(attribute=attribute):
            found = subject.fold.attributes.get(attribute.stored_as)
            return values(*found) if found else []
        case model.AnyIdentifier(keys=keys):
            return [
                one for one in sorted(subject.fold.identifiers) if _type(one) in map(_type, keys)
            ]
        case model.OfAccount():
            return list[Value](sorted(subject.fold.accounts))
        case model.Listed(on=on):
            return list[Value](sorted(keys_of_fold(kind, on, subject.fold, subject.id)))
        case model.Among():
            return [subject.id]
        case _:
            return []


def _type(identifier: str) -> str:
    return identifier.partition(":")[0]


def _events(condition: model.Condition, subject: Subject) -> list[Event]:
    """The latest events that any step is about, in the order of time."""
    if not isinstance(condition, model.Performed):
        return []
    found = {
        event.id: event for history in subject.histories for event in _of_steps(condition, history)
    }
    ordered = sorted(found.values(), key=lambda one: (one.time, one.tie))
    return ordered[-MAX_EVENTS:]


def _of_steps(condition: model.Performed, history: History) -> Iterator[Event]:
    for step in condition.steps:
        yield from history.passing(step.event, condition.during)
