"""Why somebody belongs to a segment or not: each of its conditions, and what decided it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.attributes.model import AttributeDefinition
from app.events.model import Event
from app.segments import model
from app.segments.check import Frame, Path, check_filter, check_use
from app.segments.evaluate import Subject, evaluate, values
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
        tuple(_values(condition, subject)),
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
        named = evaluate(check_use(global_id, frame, ("segment",)), subject)
        yield Verdict((), {"list": {"on": source.on}}, named)


def _values(condition: model.Condition, subject: Subject) -> list[Value]:
    """The values that an attribute has."""
    attribute = _attribute(condition)
    found = attribute and subject.fold.attributes.get(attribute.stored_as)
    return values(*found) if found else []


def _attribute(condition: model.Condition) -> AttributeDefinition | None:
    match condition:
        case model.Not(condition=one):
            return _attribute(one)
        case model.HasValue(attribute=attribute) | model.AnyValue(attribute=attribute):
            return attribute
        case _:
            return None


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
