"""The events of a file, whatever its format, in batches as the service takes them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import msgspec

from app.errors import InputError, MappingError
from app.events.wire import EventInput
from app.importing.files import Lines, format_of
from app.importing.ids import line_id
from app.importing.mapping import ImportMapping
from app.importing.rows import rejected, row_reader
from app.importing.table import Table

BATCH = 1000

Numbered: TypeAlias = tuple[int, EventInput | InputError]
"""An event, or why there is none, with the number of its line."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one call, and the line each came from."""

    events: list[EventInput | InputError] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def read_events(path: Path, lines: Lines, mapping: ImportMapping) -> Iterator[Numbered]:
    """The events of a file; what cannot be used for it is raised before the first."""
    match format_of(path):
        case "csv":
            return _of_table(Table(lines, mapping), mapping)
        case "ndjson" | "jsonl":
            return _of_json(lines, mapping)
        case _:
            endings = ".csv, .ndjson or .jsonl, also with .gz or .xz"
            raise InputError(f"{path.name}: a file to import ends in {endings}.", ("file",))


def batches(events: Iterator[Numbered]) -> Iterator[Batch]:
    """The events in batches, each read only when it is asked for."""
    while numbered := list(islice(events, BATCH)):
        yield Batch([one for _, one in numbered], [number for number, _ in numbered])


def _of_table(table: Table, mapping: ImportMapping) -> Iterator[Numbered]:
    to_event = row_reader(mapping, table.columns)

    def read() -> Iterator[Numbered]:
        for number, row in table:
            try:
                yield number, row if isinstance(row, InputError) else to_event(row)
            except InputError as refused:
                yield number, refused

    return read()


def _of_json(lines: Lines, mapping: ImportMapping) -> Iterator[Numbered]:
    if mapping.event is not None:
        raise MappingError("event", "the lines of this file are events already")
    return _json_events(lines, mapping.source)


def _json_events(lines: Lines, source: str) -> Iterator[Numbered]:
    decoder = msgspec.json.Decoder(EventInput)
    while True:
        try:
            line = next(lines)
            if line.strip():
                yield lines.number, _decoded(decoder, line, source)
        except StopIteration:
            return
        except InputError as refused:
            yield lines.number, refused


def _decoded(decoder: msgspec.json.Decoder[EventInput], line: bytes, source: str) -> EventInput:
    try:
        event = decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as invalid:
        raise rejected(invalid) from invalid
    if event.id is not None:
        return event
    return msgspec.structs.replace(event, id=line_id(source, line))
