"""The events of a file, whatever its format, in batches as the service takes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import msgspec

from app.errors import InputError, MappingError
from app.events.lines import read_line
from app.events.wire import EventInput
from app.importing.files import Lines, format_of
from app.importing.ids import line_id
from app.importing.mapping import ImportMapping
from app.importing.rows import row_reader
from app.importing.table import Table
from app.ingestion.service import MAX_BATCH

Sent: TypeAlias = EventInput | InputError
"""An event, or why a line is none."""

Numbered: TypeAlias = tuple[int, Sent]
"""With the number of its line."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one call, and the line each came from."""

    events: list[Sent]
    lines: list[int]


def read_events(path: Path, lines: Lines, mapping: ImportMapping) -> Iterator[Numbered]:
    """The events of a file; a mapping that cannot be used for it is an error before the first."""
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
    while numbered := list(islice(events, MAX_BATCH)):
        yield Batch([one for _, one in numbered], [number for number, _ in numbered])


def _of_table(table: Table, mapping: ImportMapping) -> Iterator[Numbered]:
    to_event = row_reader(mapping, table.columns)

    def sent(row: list[str] | InputError) -> Sent:
        try:
            return row if isinstance(row, InputError) else to_event(row)
        except InputError as refused:
            return refused

    return ((number, sent(row)) for number, row in table)


def _of_json(lines: Lines, mapping: ImportMapping) -> Iterator[Numbered]:
    if mapping.event is not None:
        raise MappingError("event", "the lines of this file are events already")
    return _json_events(lines, mapping.source)


def _json_events(lines: Lines, source: str) -> Iterator[Numbered]:
    while True:
        try:
            line = next(lines)
        except StopIteration:
            return
        except InputError as refused:
            yield lines.number, refused
        else:
            if line.strip():
                yield lines.number, _identified(read_line(line), line, source)


def _identified(event: Sent, line: bytes, source: str) -> Sent:
    if isinstance(event, InputError) or event.id is not None:
        return event
    return msgspec.structs.replace(event, id=line_id(source, line))
