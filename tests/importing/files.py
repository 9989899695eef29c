"""Builders: files to import, and the import itself."""

import asyncio
import gzip
import lzma
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from app.aggregation.monoids import Aggregation
from app.importing.mapping import DeclaredAttribute, EventTemplate, ImportMapping
from app.importing.progress import Nobody, Watcher
from app.importing.report import ImportReport
from app.importing.service import import_file
from app.values import DataType
from tests.living import World

_PACKED: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".xz": lzma.compress}

HEADER = "row,user,time,amount"

SPENT = DeclaredAttribute(
    name="spent", data_type=DataType.NUMBER, aggregation=Aggregation.SUM, event_field="amount"
)


def a_file(path: Path, text: str | bytes) -> Path:
    """A file of this text, packed as its name says."""
    content = text.encode() if isinstance(text, str) else text
    path.write_bytes(_PACKED.get(path.suffix.lower(), bytes)(content))
    return path


def an_event_template(**fields: object) -> EventTemplate:
    """An event of a user who spent an amount; without an id, unless one is given."""
    given: dict[str, object] = {
        "type": "CUSTOM",
        "time": "{time}",
        "user_id": "{user}",
        "properties": {"amount": "{amount}"},
    }
    return EventTemplate(**{**given, **fields})  # type: ignore[arg-type]  # fields by name


def a_mapping(event: EventTemplate | None = None, **fields: object) -> ImportMapping:
    """A mapping of the columns of ``HEADER``, with the sum of what users spent."""
    given: dict[str, object] = {
        "source": "shop",
        "event": event or an_event_template(),
        "attributes": [SPENT],
    }
    return ImportMapping(**{**given, **fields})  # type: ignore[arg-type]  # fields by name


def orders(count: int, users: int = 7) -> list[str]:
    """Rows of ``HEADER``: user n spends 0.1 every time."""
    return [
        f"{i},u{i % users},2025-06-01T{i // 3600 % 24:02}:{i // 60 % 60:02}:{i % 60:02}Z,0.1"
        for i in range(count)
    ]


def a_table(path: Path, rows: Sequence[str], header: str = HEADER) -> Path:
    """A CSV file."""
    return a_file(path, "\n".join([header, *rows]) + "\n")


async def run(
    world: World,
    path: Path,
    mapping: ImportMapping | None = None,
    *,
    progress: Watcher | None = None,
    stop: asyncio.Event | None = None,
) -> ImportReport:
    """Import a file into a world."""
    return await import_file(
        path,
        mapping or a_mapping(),
        world.services,
        progress=progress or Nobody(),
        now=world.clock.now,
        stop=stop,
    )


async def spent(world: World) -> dict[str, str]:
    """What each user spent, as their profiles tell."""
    totals: dict[str, str] = {}
    for fold in (await world.folds()).values():
        (user,) = fold.identifiers
        total = Decimal(str(fold.attributes["spent"][1]))
        totals[user.removeprefix("user_id:")] = format(total.normalize(), "f")
    return totals
