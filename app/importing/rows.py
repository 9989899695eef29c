"""From a row of a CSV file to an event as a client would have sent it. Pure."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, get_args, get_type_hints

import msgspec

from app.errors import EventRejectedError, MappingError
from app.events.wire import EventInput
from app.importing.ids import row_ids
from app.importing.mapping import EventTemplate, IdentifierTemplate, ImportMapping
from app.importing.moments import time_reader
from app.importing.templates import Cells, Columns, Reading, bind, is_constant

ToEvent: TypeAlias = Callable[[Cells], EventInput]

_PAIR = len(IdentifierTemplate.__struct_fields__)

EVENT_TYPES: tuple[str, ...] = get_args(get_type_hints(EventInput)["type"])


def row_reader(mapping: ImportMapping, names: Sequence[str]) -> ToEvent:
    """Makes events of the rows of a file with these columns; ``MappingError`` if it cannot."""
    if mapping.event is None:
        raise MappingError("event", "a CSV file needs to know which column is what")
    fields = _fields(mapping.event, Columns(names))
    read_time = time_reader(mapping.time)
    derived = None if mapping.event.id else row_ids(mapping.source, names)
    empty = frozenset(mapping.empty)

    def to_event(cells: Cells) -> EventInput:
        told = ["" if cell in empty else cell for cell in cells] if empty else cells
        event = {name: one for name, read in fields if (one := read(told)) is not None}
        event["time"] = read_time(str(event.get("time", "")))
        event["id"] = derived(cells) if derived else _given_id(event)
        return as_event(event)

    return to_event


def as_event(fields: dict[str, object]) -> EventInput:
    """The event of these fields; numbers may come as text."""
    try:
        return msgspec.convert(fields, EventInput, strict=False)
    except msgspec.ValidationError as invalid:
        raise rejected(invalid) from invalid


def rejected(invalid: Exception) -> EventRejectedError:
    """msgspec says ``problem - at `$.field` ``: the field becomes the subject."""
    problem, _, place = str(invalid).partition(" - at `$")
    return EventRejectedError(place.rstrip("`").lstrip(".") or "line", problem)


def _fields(template: EventTemplate, columns: Columns) -> list[tuple[str, Reading]]:
    _check_type(template.type)
    declared = msgspec.to_builtins(template).items()
    given = ((name, one) for name, one in declared if one is not None)
    bound = ((name, bind(one, columns, f"event.{name}")) for name, one in given)
    return [(name, _valued(read) if name == "identifiers" else read) for name, read in bound]


def _valued(read: Reading) -> Reading:
    """Identifiers without those that lack a value; their type alone says nothing."""

    def read_valued(cells: Cells) -> object:
        found = read(cells)
        return [one for one in found if len(one) == _PAIR] if isinstance(found, list) else None

    return read_valued


def _check_type(template: str) -> None:
    if is_constant(template) and template not in EVENT_TYPES:
        raise MappingError("event.type", f'"{template}" is none of {", ".join(EVENT_TYPES)}')


def _given_id(event: dict[str, object]) -> object:
    if "id" not in event:
        raise EventRejectedError("id", "a cell that it is made of is empty")
    return event["id"]
