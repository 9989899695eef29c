"""The rows of a CSV file, each with the number of the line that it begins on.

Reading is strict, so that nothing is guessed at: a row that is no CSV, or has more or fewer cells
than the header, comes as an error. When such a row spans several lines, a quote was left open or
closed too late: its first line is the error, and the others are read again, as rows of their own.
"""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO, TypeAlias

from app.errors import RowInvalidError, TableInvalidError, shown
from app.tables.text import Line, TextLines

DELIMITERS = (",", ";", "\t")
MAX_SPAN = 64
"""Lines of a row: a text with line breaks has a few; a quote that is not closed would take all."""

MAX_COLUMNS = 1000
_SHOWN = 20

Row: TypeAlias = tuple[int, list[str] | RowInvalidError]


class Table:
    """The columns, then the rows; blank lines and rows of empty cells are passed over.

    Without a ``delimiter`` it is the one by which the header has the ``expected`` column, or else
    the most columns. ``TableInvalidError`` where there is no header; it tells the ``part`` of the
    input that the file is.
    """

    def __init__(
        self, file: BinaryIO, *, expected: str, delimiter: str | None = None, part: str = "file"
    ) -> None:
        self._lines = _Lines(TextLines(file))
        self._part = part
        self._lines.skip_blank()
        headers = self._headers((delimiter,) if delimiter else DELIMITERS)
        chosen = max(headers, key=lambda one: (expected in headers[one], len(headers[one])))
        self._reader = _reader(self._lines, chosen)
        next(self._reader)
        self.columns = headers[chosen]
        if len(self.columns) > MAX_COLUMNS:
            raise TableInvalidError(f"it has more than {MAX_COLUMNS:,} columns", part)

    def index_of(self, column: str) -> int:
        """Where the column stands; ``TableInvalidError`` unless it is there, once."""
        found = [index for index, name in enumerate(self.columns) if name == column]
        if len(found) == 1:
            return found[0]
        times = "twice" if found else "not"
        problem = f"the column {shown(column)} is {times} in it, but {self._shown()}"
        raise TableInvalidError(problem, "column")

    def __iter__(self) -> Iterator[Row]:
        while True:
            self._lines.begin_row()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as unreadable:
                yield self._refused(_told(unreadable))
            except RowInvalidError as refused:
                yield self._refused(refused)
            else:
                if len(cells) == len(self.columns):
                    if _has_value(cells):
                        yield self._lines.first, cells
                elif _has_value(cells):
                    yield self._refused(_ragged(cells, self.columns))

    def _refused(self, error: RowInvalidError) -> Row:
        self._lines.read_again()
        return self._lines.first, error

    def _headers(self, delimiters: Sequence[str]) -> dict[str, list[str]]:
        """The names of the columns by each delimiter that makes sense of them."""
        tried = {one: self._try_header(one) for one in delimiters}
        headers = {one: header for one, header in tried.items() if isinstance(header, list)}
        if headers:
            return headers
        [refused, *_] = [error for error in tried.values() if isinstance(error, Exception)]
        raise refused

    def _try_header(self, delimiter: str) -> list[str] | TableInvalidError:
        self._lines.begin_row()
        try:
            return [name.strip() for name in next(_reader(self._lines, delimiter))]
        except StopIteration:
            return TableInvalidError("it is empty; its first line names the columns", self._part)
        except (csv.Error, RowInvalidError) as unreadable:
            error = _told(unreadable) if isinstance(unreadable, csv.Error) else unreadable
            where = f"line {self._lines.first}, which names the columns"
            return TableInvalidError(f"{where}: {str(error).rstrip('.')}", self._part)
        finally:
            self._lines.back_to_begin()

    def _shown(self) -> str:
        names = ", ".join(shown(name) for name in self.columns[:_SHOWN])
        more = len(self.columns) - _SHOWN
        return f"{names} and {more} more" if more > 0 else names


def _reader(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)


def _has_value(cells: Sequence[str]) -> bool:
    return any(map(str.strip, cells))


def _ragged(cells: Sequence[str], columns: Sequence[str]) -> RowInvalidError:
    return RowInvalidError(f"it has {len(cells)} cells where the header has {len(columns)}")


def _told(unreadable: csv.Error) -> RowInvalidError:
    if "end of data" in str(unreadable):
        return RowInvalidError("a quote that opens in it is never closed")
    if "field limit" in str(unreadable):
        return RowInvalidError(f"a cell is longer than {csv.field_size_limit():,} characters")
    return RowInvalidError(f"it is no CSV: {unreadable}")


class _Lines:
    """Gives lines to the CSV reader, and remembers those of the row that it is reading."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()
        self._taken: list[Line] = []
        self.first = 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self._taken) == MAX_SPAN:
            raise RowInvalidError(f"a quote that opens in it is not closed within {MAX_SPAN} lines")
        line = self._again.popleft() if self._again else next(self._lines)
        self._taken.append(line)
        if isinstance(line, RowInvalidError):
            raise line
        return line

    def begin_row(self) -> None:
        """What was taken is done with."""
        self.first += len(self._taken)
        self._taken.clear()

    def read_again(self) -> None:
        """Give the lines of this row again, but for the first."""
        self._again.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]

    def back_to_begin(self) -> None:
        """Give every line of this row again."""
        self._again.extendleft(reversed(self._taken))
        self._taken.clear()

    def skip_blank(self) -> None:
        """Pass over the blank lines that come next."""
        for line in self._lines:
            if isinstance(line, RowInvalidError) or line.strip():
                self._again.append(line)
                return
            self._taken.append(line)
