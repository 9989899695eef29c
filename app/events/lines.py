"""Lines of JSON as events: each line stands alone, a bad one spoils no other. Pure."""

from collections.abc import Iterable, Iterator

import msgspec

from app.errors import EventRejectedError
from app.events.wire import EventInput
from app.exact import read_float

Line = EventInput | EventRejectedError
"""An event, or the error that says why the line is none."""

_DECODER = msgspec.json.Decoder(EventInput, float_hook=read_float)


def read_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, Line]]:
    """Number (from 1) and event of every line that is not blank."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, read_line(line)


def read_line(line: bytes) -> Line:
    """The event of one line."""
    try:
        return _DECODER.decode(line)
    except RecursionError:
        return EventRejectedError("line", "it is nested too deeply")
    except (msgspec.DecodeError, UnicodeDecodeError) as unreadable:
        return EventRejectedError("line", str(unreadable).rstrip("."))
