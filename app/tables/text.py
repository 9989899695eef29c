"""The lines of a file as text: UTF-8, or whatever Unicode its byte order mark says.

A line that is no text, or is too long, does not end the reading: it comes as the error it is.
"""

import codecs
from io import TextIOWrapper
from typing import BinaryIO, TypeAlias

from app.errors import RowInvalidError

MAX_LINE = 1024 * 1024
"""Characters of a line, so that a file without line ends fits into memory."""

Line: TypeAlias = str | RowInvalidError

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NAMES = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-8": "UTF-8"}
_UNREADABLE = "\udcff"
"""Stands for bytes that are no text; no text has it, since it is half of a character."""


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return _UNREADABLE, error.end


_MARKING = "profilegraph.mark"
codecs.register_error(_MARKING, _mark)


class TextLines:
    """The lines with their ends, as they stand in the file."""

    def __init__(self, file: BinaryIO) -> None:
        encoding = _encoding_of(file)
        self._name = _NAMES[encoding]
        self._text = TextIOWrapper(file, encoding, _MARKING, newline="")
        self._ended = False

    def __iter__(self) -> "TextLines":
        return self

    def __next__(self) -> Line:
        line = "" if self._ended else self._text.readline(MAX_LINE)
        if not line:
            self._end()
            raise StopIteration
        if len(line) == MAX_LINE and not _ends(line):
            self._skip_rest()
            return RowInvalidError(f"it is longer than {MAX_LINE:,} characters")
        if _UNREADABLE in line:
            return RowInvalidError(f"it is not {self._name} text")
        if "\x00" in line:
            return RowInvalidError("it has a NUL byte, which no text has")
        return line

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._text.detach()  # or it would close the file, which is not ours

    def _skip_rest(self) -> None:
        while (more := self._text.readline(MAX_LINE)) and not _ends(more):
            pass


def _ends(line: str) -> bool:
    return line.endswith(("\n", "\r"))


def _encoding_of(file: BinaryIO) -> str:
    file.seek(0)
    start = file.read(len(codecs.BOM_UTF8))
    file.seek(0)
    found = (encoding for mark, encoding in _MARKS.items() if start.startswith(mark))
    return next(found, "utf-8")
