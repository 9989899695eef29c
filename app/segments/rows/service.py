"""Importing a list: read, match, store in portions, and make a segment of it at the end.

Memory is flat: one portion of rows at a time. Nothing of a list shows before it is complete, and
a list that was replaced goes later, in the background, when nobody reads it any more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import BinaryIO, TypeAlias
from uuid import uuid4

import structlog

from app.attributes.model import ProfileKind
from app.errors import InputError, TableInvalidError
from app.profiles.read_repository import DocumentReader
from app.segments.errors import SegmentInvalidError, SegmentNotFoundError
from app.segments.rows.keys import check_key, key_path, keys_of_document, named_match, row_key
from app.segments.rows.model import ListImport, ListReport, NewList
from app.segments.rows.repository import RowRepository
from app.segments.rows.seen import Seen
from app.segments.segment import Changes, CsvList, ListKey, NewSegment, Segment, check_name
from app.segments.segment_service import SegmentService
from app.tables.rows import DELIMITERS, Row, Table

PORTION = 1000
"""Rows at a time: one command finds whom they name, one stores them."""

TOLD = 10
"""Portions between two words on the progress."""

SWEPT = 10_000
"""Rows of a list that are removed at a time."""

Clock: TypeAlias = Callable[[], datetime]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class File:
    """A file to be read, and how long it is; ``part``: the part of the input that it is."""

    file: BinaryIO
    size: int
    part: str = "file"


@dataclass(frozen=True, slots=True)
class _Work:
    """An import whose input is known to make sense."""

    new: NewList
    on: ListKey
    file: File
    table: Table
    column: int
    known: Segment | None
    started: ListImport
    report: ListReport


class RowService:
    """Imports lists, tells how far that is, and removes what no segment is made of."""

    def __init__(
        self,
        *,
        rows: RowRepository,
        segments: SegmentService,
        readers: Mapping[ProfileKind, DocumentReader],
        clock: Clock,
    ) -> None:
        self._rows = rows
        self._segments = segments
        self._readers = readers
        self._clock = clock

    async def run(self, new: NewList, file: File) -> ListReport:
        """Import a list; one that names nobody at all changes nothing, nor does a dry run."""
        work = await self._check(new, file)
        if not new.dry_run:
            await self._rows.begin(work.started, work.known.id if work.known else None)
        with Seen() as seen, Seen() as people:
            portions = iter(lambda: list(islice(work.table, PORTION)), [])
            for number, portion in enumerate(portions, 1):
                await self._take(work, portion, seen, people)
                if number % TOLD == 0:
                    await self._tell(work)
        log.info("list_read", name=work.started.name, rows=work.report.rows)
        if not work.report.named:
            problem = "no row names anybody, so nothing was changed"
            work.report.error = TableInvalidError(problem, file.part)
            await self._rows.remove(work.started.id, 1)
        elif not new.dry_run:
            work.report.segment = await self._finish(work)
        return work.report

    async def under_way(self) -> list[ListImport]:
        """The imports that are going on, in any process."""
        return await self._rows.under_way(self._clock())

    async def sweep(self) -> None:
        """Take rows away that no segment is made of: a portion of each list."""
        now = self._clock()
        await self._segments.finish_deletions(now=now)
        for contents, segment_id in (await self._rows.unsettled(now)).items():
            if await self._is_used(contents, segment_id):
                await self._rows.settle(contents, settled=True, now=now)
            elif await self._rows.give_up(contents, now):
                await self._rows.remove(contents, SWEPT)

    async def _is_used(self, contents: str, segment_id: str | None) -> bool:
        found = await self._segments.by_ids([segment_id] if segment_id else [])
        return any(
            isinstance(one.source, CsvList) and one.source.contents == contents
            for one in found.values()
        )

    async def _check(self, new: NewList, file: File) -> _Work:
        """Everything that can be wrong with what is asked for, before anything is read."""
        on = check_key(new.kind, new.match_on)
        if new.delimiter is not None and new.delimiter not in DELIMITERS:
            raise SegmentInvalidError("delimiter", "it is a comma, a semicolon or a tab")
        known = await self._known(new)
        name = check_name(new.name or "") if known is None or new.name else known.name
        table = Table(file.file, expected=new.column, delimiter=new.delimiter, part=file.part)
        now = self._clock()
        started = ListImport(str(uuid4()), name, new.kind, on, 0, 0, file.size, now)
        column = table.index_of(new.column)
        return _Work(new, on, file, table, column, known, started, ListReport())

    async def _known(self, new: NewList) -> Segment | None:
        """The segment whose list is replaced."""
        if new.segment_id is None:
            return None
        found = (await self._segments.by_ids([new.segment_id])).get(new.segment_id)
        if found is None:
            raise SegmentNotFoundError("segment")
        if found.kind is not new.kind:
            raise SegmentInvalidError("kind", f"the segment is of kind {found.kind}")
        return found

    async def _take(self, work: _Work, portion: Sequence[Row], seen: Seen, people: Seen) -> None:
        named = list(_keys(work, portion))
        keys = seen.new(named)
        work.report.duplicate += len(named) - len(keys)
        if not keys:
            return
        named_by = await self._named(work, keys)
        for key in keys:
            work.report.add(len(named_by[key]))
        work.report.members += len(people.new(chain.from_iterable(named_by.values())))
        if not work.new.dry_run:
            await self._rows.add(work.started.id, keys)

    async def _named(self, work: _Work, keys: Sequence[str]) -> dict[str, list[str]]:
        """The profiles that each key names now."""
        kind, on = work.new.kind, work.on
        query = named_match(kind, on, keys)
        named: dict[str, list[str]] = {key: [] for key in keys}
        for one in await self._readers[kind].fields(query, (key_path(kind, on),)):
            for key in named.keys() & keys_of_document(kind, on, one):
                named[key].append(one["_id"])
        return named

    async def _tell(self, work: _Work) -> None:
        rows, read = work.report.rows, work.file.file.tell()
        log.info("list_progress", name=work.started.name, rows=rows, read=read)
        if not work.new.dry_run:
            now = self._clock()
            await self._rows.progress(work.started.id, rows=rows, read=read, now=now)

    async def _finish(self, work: _Work) -> Segment:
        """Make the segment of the rows; from then on they are what it means."""
        now, contents = self._clock(), work.started.id
        source = CsvList(work.on, contents)
        segment_id = work.known.id if work.known else str(uuid4())
        await self._rows.end(contents, segment_id, now=now)
        await self._rows.resize(contents, work.report.members, at=work.started.started_at)
        if work.known is None:
            new = NewSegment(work.new.kind, work.started.name, source)
            segment = await self._segments.create(new, now=now, segment_id=segment_id)
        else:
            changes: Changes = {"name": work.started.name, "source": source}
            segment = await self._segments.update(segment_id, changes, now=now)
        await self._rows.settle(contents, settled=True, now=now)
        return segment


def _keys(work: _Work, portion: Iterable[Row]) -> Iterator[str]:
    """The keys of the rows that name somebody; the others are refused."""
    for line, row in portion:
        try:
            if isinstance(row, InputError):
                raise row
            key = row_key(work.on, row[work.column])
        except InputError as refused:
            work.report.refuse(line, refused)
        else:
            work.report.rows += 1
            yield key
