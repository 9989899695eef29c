"""Whether the memory of an import stays flat, however long the file is."""

import gzip
import os
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from typing_extensions import override

from app.importing.mapping import ImportMapping
from app.importing.progress import Nobody
from app.importing.report import ImportReport
from app.importing.service import import_file
from app.services import compose, utc_now
from app.settings import Settings
from tests.benchmarks.databases import fresh_database
from tests.benchmarks.events import BATCH, batch

EVERY = 50_000
"""Events between two looks at the memory."""

_PEOPLE = 50
_EACH = BATCH // _PEOPLE
_MEBIBYTE = 2**20


@dataclass(slots=True)
class MemoryWatch(Nobody):
    """The memory of this process in MiB, by the number of events that were imported."""

    resident: dict[int, float] = field(default_factory=dict)

    @override
    def advance(self, read: int, size: int, report: ImportReport) -> None:
        mark = report.events // EVERY * EVERY
        if mark and mark not in self.resident:
            self.resident[mark] = _resident()

    @property
    def slope(self) -> float:
        """MiB per 100,000 events, by least squares, from the first look on."""
        marks, sizes = list(self.resident), list(self.resident.values())
        middle, mean = sum(marks) / len(marks), sum(sizes) / len(sizes)
        rise = sum((m - middle) * (s - mean) for m, s in zip(marks, sizes, strict=True))
        return rise / sum((m - middle) ** 2 for m in marks) * 100_000


async def memory_of_import(uri: str, events: int) -> MemoryWatch:
    """Import a file of so many events, looking at our memory on the way."""
    watch = MemoryWatch()
    async with fresh_database(uri) as database:
        services = compose(database, Settings())
        with TemporaryDirectory() as folder:
            path = Path(folder) / "events.ndjson.gz"
            _write(path, events)
            await import_file(path, ImportMapping(), services, progress=watch, now=utc_now())
        await services.close()
    return watch


def _write(path: Path, events: int) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for number in range(events // BATCH):
            file.writelines(_lines(number))


def _lines(number: int) -> Iterator[bytes]:
    """People come and go: every batch has some known ones and some new ones."""
    first = number * _PEOPLE // 2
    for event in batch(number, range(first, first + _PEOPLE), _EACH).wire:
        yield orjson.dumps(event) + b"\n"


def _resident() -> float:
    """What is resident now; where the system does not tell, the most that ever was."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / _MEBIBYTE
    return pages * os.sysconf("SC_PAGE_SIZE") / _MEBIBYTE
