"""The rows of a CSV file, each with the number of the line it begins on.

Reading is strict: a row with a stray quote or with too few cells is refused with its line
number, not guessed at, and the rows after it are read as usual.
"""

import csv
from collections.abc import Iterator
from typing import TypeAlias

from app.errors import EventRejectedError, InputError, MappingError
from app.importing.files import Lines
from app.importing.mapping import ImportMapping

Row: TypeAlias = tuple[int, list[str] | InputError]


class Table:
    """The columns of a CSV file, then its rows; blank lines are passed over."""

    def __init__(self, lines: Lines, mapping: ImportMapping) -> None:
        self._lines = lines
        text = _Text(lines, mapping.encoding)
        self._rows = csv.reader(text, delimiter=mapping.delimiter, strict=True)
        self.columns = self._header()

    def __iter__(self) -> Iterator[Row]:
        width = len(self.columns)
        for number, row in self._read():
            if isinstance(row, list) and len(row) != width:
                problem = f"it has {len(row)} cells where the header has {width}"
                yield number, EventRejectedError("line", problem)
            else:
                yield number, row

    def _header(self) -> list[str]:
        _, row = next(self._read(), (0, None))
        if row is None:
            raise MappingError("file", "it is empty; the first line names the columns")
        if isinstance(row, InputError):
            problem = str(row).rstrip(".")
            raise MappingError("file", f"its first line names no columns: {problem}")
        return [name.strip() for name in row]

    def _read(self) -> Iterator[Row]:
        while True:
            number = self._lines.number + 1
            try:
                row = next(self._rows)
            except StopIteration:
                return
            except csv.Error as unreadable:
                yield number, EventRejectedError("line", f"it is no CSV: {unreadable}")
            except InputError as refused:
                yield number, refused
            else:
                if row and not _is_blank(row):
                    yield number, row


def _is_blank(row: list[str]) -> bool:
    return len(row) == 1 and not row[0].strip()


class _Text:
    """Lines as text; goes on after a line that is none."""

    def __init__(self, lines: Lines, encoding: str) -> None:
        self._lines = lines
        self._encoding = encoding

    def __iter__(self) -> "_Text":
        return self

    def __next__(self) -> str:
        try:
            return next(self._lines).decode(self._encoding)
        except UnicodeDecodeError as unreadable:
            raise EventRejectedError("line", f"it is not {self._encoding} text") from unreadable
