"""Use cases of saved segments: creating, changing, deleting and finding them.

What a segment is made of is looked at again after it was written: whoever deletes a segment marks
it first and looks for users then, so that of two who act at once at least one sees the other.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
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
from app.segments.segment_repository import SegmentRepository, schedule

PATH = ("definition",)


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
        known = await self._known(segment_id)
        if onto is not None and onto != known.version:
            raise SegmentChangedError
        if "source" in changes:
            return await self._replaced(known, changes, now)
        said = {"name": _name(changes, known), "description": _description(changes, known)}
        if "refresh_every" in changes:
            said |= schedule(check_every(changes["refresh_every"]), now)
        return _found(await self._segments.change(segment_id, said, now=now))

    async def delete(self, segment_id: str, *, now: datetime) -> None:
        """Delete a segment that no other one is made of."""
        leaving = _found(await self._segments.mark_leaving(segment_id, leaving=True))
        users = await self._segments.users_of(segment_id)
        if users:
            await self._segments.mark_leaving(segment_id, leaving=False)
            raise SegmentInUseError(leaving.name, [one.name for one in users])
        await self._retire(leaving.source, now)
        await self._segments.delete(segment_id)
        await self._memberships.forget(segment_id)

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

    async def _replaced(self, known: Segment, changes: Changes, now: datetime) -> Segment:
        wanted = replace(
            known,
            name=_name(changes, known),
            description=_description(changes, known),
            source=changes["source"],
            refreshing=_refreshing(changes, known),
            version=known.version + 1,
            updated_at=now,
        )
        await self._check(wanted, now)
        await self._retire(known.source, now)
        replaced = await self._segments.replace_source(wanted, onto=known.version)
        if replaced is None:
            raise SegmentChangedError
        if problem := await self._broken(wanted):
            again = replace(known, version=wanted.version + 1)
            await self._segments.replace_source(again, onto=wanted.version)
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


def _name(changes: Changes, known: Segment) -> str:
    return check_name(changes.get("name", known.name))


def _description(changes: Changes, known: Segment) -> str | None:
    return check_description(changes.get("description", known.description))


def _refreshing(changes: Changes, known: Segment) -> Refreshing:
    every = changes.get("refresh_every", known.refreshing.every)
    return replace(known.refreshing, every=check_every(every))


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
