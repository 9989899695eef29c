"""Times as files write them. Pure."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias
from zoneinfo import ZoneInfo

from app.errors import EventRejectedError, MappingError, ValueRefusedError
from app.importing.mapping import TimeFormat
from app.values import to_datetime

Reader: TypeAlias = Callable[[str], datetime]

_UNREADABLE = (ValueError, OverflowError, InvalidOperation, ValueRefusedError)


def time_reader(declared: TimeFormat) -> Reader:
    """Reads a time of this format; one that names no offset is of the declared zone."""
    zone = _zone(declared.zone)
    parse = _parser(declared.format)

    def read(text: str) -> datetime:
        try:
            moment = parse(text.strip())
        except _UNREADABLE as unreadable:
            problem = f'"{text[:60]}" is not of the format {declared.format}'
            raise EventRejectedError("time", problem) from unreadable
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)

    return read


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise MappingError("time.zone", f'"{name}" is no IANA time zone') from unknown


def _parser(pattern: str) -> Reader:
    match pattern:
        case "iso":
            return datetime.fromisoformat
        case "epoch":
            return lambda text: _epoch(text, 1000)
        case "epoch_ms":
            return lambda text: _epoch(text, 1)
        case _ if "%" in pattern:
            return lambda text: datetime.strptime(text, pattern)  # noqa: DTZ007  # the caller adds the zone
        case _:
            problem = f'"{pattern}" is none of iso, epoch, epoch_ms and no pattern such as %d/%m/%Y'
            raise MappingError("time.format", problem)


def _epoch(text: str, scale: int) -> datetime:
    return to_datetime(int(Decimal(text) * scale))
