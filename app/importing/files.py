"""Lines of a file, plain or compressed, with the number of each and the bytes read so far.

Never more than one line is held. Whatever keeps a file from being read to its end is an
``OSError`` that names it; a line that is too long is an error of that line alone.
"""

import gzip
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Protocol

from app.errors import EventTooLargeError

MAX_LINE = 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_BROKEN = (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile)


class _Readable(Protocol):
    def readline(self, size: int, /) -> bytes: ...


class Lines:
    """The lines, as bytes; goes on after a line that was refused."""

    def __init__(self, path: Path, file: BufferedReader) -> None:
        self.size = path.stat().st_size
        self.number = 0
        self._path = path
        self._file = file
        self._stream = _decompressed(path, file)

    @property
    def read(self) -> int:
        """Bytes of the file itself that were read so far, of ``size``."""
        return self._file.tell()

    def __next__(self) -> bytes:
        line = self._readline()
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > MAX_LINE:
            self._skip_rest(line)
            raise EventTooLargeError("line", f"{MAX_LINE // 1024} KiB")
        return line.removeprefix(_BOM) if self.number == 1 else line

    def _skip_rest(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._readline()

    def _readline(self) -> bytes:
        try:
            return self._stream.readline(MAX_LINE + 1)
        except _BROKEN as broken:
            message = f"{self._path} is damaged after line {self.number}: {broken}"
            raise OSError(message) from broken


@contextmanager
def open_lines(path: Path) -> Iterator[Lines]:
    """The lines of a file."""
    with path.open("rb") as file:
        yield Lines(path, file)


def format_of(path: Path) -> str:
    """What the file holds, by its name: ``csv`` for ``orders.csv.xz``."""
    inner = path.with_suffix("") if path.suffix.lower() in (".gz", ".xz") else path
    return inner.suffix.lower().removeprefix(".")


def _decompressed(path: Path, file: BufferedReader) -> _Readable:
    match path.suffix.lower():
        case ".gz":
            return gzip.GzipFile(fileobj=file)
        case ".xz":
            return lzma.LZMAFile(file)
        case _:
            return file
