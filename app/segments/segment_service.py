"""Use cases of saved segments: creating, changing, deleting and finding them.

What a segment is made of is looked at again after it was written: whoever deletes a segment marks
it first and looks for users then, so that of two who act at once at least one sees the other.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from app.attributes.model import ProfileKind
from app.attributes.service import AttributeService
from app.errors import FilterInvalidError
from app.paging import Page, PageRequest
from app.segments.check import Frame, check_filter
from app.segments.errors import (
    SegmentChangedError,
    SegmentCycleError,
    SegmentInUseError,
    SegmentNotFoundError,
)
from app.segments.membership import Refreshing, check_every
from app.segments.membership_repository import MembershipRepository
from app.segments.rows.repository import RowRepository
from app.segments.segment import (
    Changes,
    CsvList,
    Definition,
    NewSegment,
    Segment,
    Source,
    check_description,
    check_name,
)
from app.segments.segment_repository import LeavingMark, SegmentRepository, schedule
from app.storage.client import Document

PATH = ("definition",)

DELETING = timedelta(minutes=1)
"""After that whoever began to delete a segment, which takes moments, has died."""


class SegmentService:
    """Keeps segments."""

    def __init__(
        self,
        *,
        segments: SegmentRepository,
        attributes: AttributeService,
        rows: RowRepository,
        memberships: MembershipRepository,
    ) -> None:
        self._segments = segments
        self._attributes = attributes
        self._rows = rows
        self._memberships = memberships

    async def create(
        self, new: NewSegment, *, now: datetime, segment_id: str | None = None
    ) -> Segment:
        """Save a segment, under an id of its own unless it is given one."""
        created = Segment(
            id=segment_id or str(uuid4()),
            kind=new.kind,
            name=check_name(new.name),
            description=check_description(new.description),
            source=new.source,
            version=1,
            created_at=now,
            updated_at=now,
            refreshing=Refreshing(check_every(new.refresh_every)),
        )
        await self._check(created, now)
        await self._segments.insert(created)
        if problem := await self._broken(created):
            await self._segments.delete(created.id)
            raise problem
        return created

    async def update(
        self, segment_id: str, changes: Changes, *, now: datetime, onto: int | None = None
    ) -> Segment:
        """Change what is said; ``onto``: the version that the caller has seen."""
        known, said = await self._known(segment_id), _said(changes, now)
        if onto is not None and onto != known.version:
            raise SegmentChangedError
        if "source" in changes:
            return await self._replaced(known, changes["source"], said, now)
        changed = await self._segments.change(segment_id, said, now=now, onto=onto)
        if changed is None:
            raise SegmentNotFoundError if onto is None else SegmentChangedError
        return changed

    async def delete(self, segment_id: str, *, now: datetime) -> None:
        """Delete a segment that no other one is made of."""
        while True:
            marked = await self._segments.mark_leaving(segment_id, now=now)
            if marked is None:
                raise SegmentNotFoundError
            if await self._deleted(*marked, now):
                return

    async def _deleted(self, leaving: Segment, mark: LeavingMark, now: datetime) -> bool:
        """False: somebody else has ended the mark meanwhile, so that it says nothing any more."""
        users = await self._segments.users_of(leaving.id)
        if users:
            await self._segments.let_stay(leaving.id, mark)
            raise SegmentInUseError(leaving.name, [one.name for one in users])
        await self._retire(leaving.source, now)
        if not mark or not await self._segments.delete(leaving.id, mark):
            return False
        await self._memberships.forget(leaving.id)
        return True

    async def finish_deletions(self, *, now: datetime) -> None:
        """Delete what somebody began to delete and did not come back for."""
        for one in await self._segments.left_over(now - DELETING):
            with suppress(SegmentInUseError, SegmentNotFoundError):
                await self.delete(one, now=now)

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Segment]:
        """The segments of these ids."""
        return await self._segments.with_ids(ids)

    async def all_of(self, kind: ProfileKind) -> list[Segment]:
        """Every segment of a kind, by name."""
        return await self._segments.all_of(kind)

    async def page(
        self, kind: ProfileKind | None, search: str | None, request: PageRequest
    ) -> Page:
        """A page of segments whose name has all the words, by name."""
        return await self._segments.page(kind, search, request)

    async def count(self, kind: ProfileKind | None, search: str | None) -> int:
        """How many segments there are."""
        return await self._segments.count(kind, search)

    async def closure(self, ids: Iterable[str]) -> dict[str, Segment]:
        """These segments and all that they are made of; one read for each level."""
        known: dict[str, Segment] = {}
        missing = set(ids)
        while missing:
            found = await self._segments.with_ids(missing)
            known |= found
            used = {one for segment in found.values() for one in segment.source.uses}
            missing = used - known.keys()
            if not found:
                break
        return known

    async def _known(self, segment_id: str) -> Segment:
        return _found((await self._segments.with_ids([segment_id])).get(segment_id))

    async def _replaced(
        self, known: Segment, source: Source, said: Document, now: datetime
    ) -> Segment:
        wanted = replace(known, source=source)
        await self._check(wanted, now)
        await self._retire(known.source, now)
        due = {"refresh_at": now} if known.refreshing.every else {}
        replace_source = partial(self._segments.replace_source, known.id, now=now)
        replaced = await replace_source(source, {**due, **said}, onto=known.version)
        if replaced is None:
            raise SegmentChangedError
        if problem := await self._broken(wanted):
            before = {name: one for name, one in _before(known, now).items() if name in said}
            await replace_source(known.source, before, onto=replaced.version)
            raise problem
        return replaced

    async def _retire(self, source: Source, now: datetime) -> None:
        """Have it looked at later whether any segment is made of the rows still."""
        if isinstance(source, CsvList):
            await self._rows.settle(source.contents, settled=False, now=now)

    async def _check(self, segment: Segment, now: datetime) -> None:
        """Everything that can be said before it is written."""
        if not isinstance(segment.source, Definition):
            return
        catalogue = await self._attributes.recent(now=now)
        known = await self.closure(segment.source.uses)
        if circle := _circle(segment, known):
            raise SegmentCycleError(circle)
        frame = Frame(segment.kind, catalogue, now, known)
        check_filter(segment.source.condition, frame, PATH)

    async def _broken(self, segment: Segment) -> FilterInvalidError | SegmentCycleError | None:
        """What others have done meanwhile that makes the written segment meaningless."""
        uses = segment.source.uses
        if not uses:
            return None
        if await self._segments.leaving(uses):
            return FilterInvalidError(PATH, "a segment that it uses has just been deleted")
        circle = _circle(segment, await self.closure(uses))
        return SegmentCycleError(circle) if circle else None


def _found(segment: Segment | None) -> Segment:
    if segment is None:
        raise SegmentNotFoundError
    return segment


def _said(changes: Changes, now: datetime) -> Document:
    """What is to be stored, the source aside: no more, since others may change the rest."""
    said: Document = {}
    if "name" in changes:
        said["name"] = check_name(changes["name"])
    if "description" in changes:
        said["description"] = check_description(changes["description"])
    if "refresh_every" in changes:
        said |= schedule(check_every(changes["refresh_every"]), now)
    return said


def _before(known: Segment, now: datetime) -> Document:
    schedule_before = schedule(known.refreshing.every, now)
    return {"name": known.name, "description": known.description, **schedule_before}


def _circle(segment: Segment, known: dict[str, Segment]) -> list[str] | None:
    """The names on a shortest way from the segment back to itself."""
    known = {**known, segment.id: segment}
    ways: dict[str, tuple[str, ...]] = {segment.id: (segment.name,)}
    queue = [segment.id]
    for one in queue:  # it grows meanwhile
        for used in known[one].source.uses if one in known else ():
            if used == segment.id:
                return [*ways[one]]
            if used in known and used not in ways:
                ways[used] = (*ways[one], known[used].name)
                queue.append(used)
    return None
