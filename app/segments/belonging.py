"""Use cases of asking about one person or company: which segments they are in, and why.

Conditions are evaluated in this process, on all that they may ask about, which is read at once:
two hundred segments cost a page as few commands as one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from app.attributes.model import ProfileKind
from app.attributes.service import AttributeService
from app.errors import InputError
from app.profiles.read_repository import DocumentReader
from app.segments.check import Frame, check_use
from app.segments.errors import SegmentNotFoundError
from app.segments.evaluate import evaluate
from app.segments.explain import Verdict, explain_segment
from app.segments.model import Condition
from app.segments.resolving import Question, Resolver
from app.segments.segment import Segment, segment_id_of
from app.segments.segment_service import SegmentService
from app.segments.subjects_repository import SubjectReader


class BelongingService:
    """Says to which segments somebody belongs."""

    def __init__(
        self,
        *,
        readers: Mapping[ProfileKind, DocumentReader],
        subjects: SubjectReader,
        segments: SegmentService,
        attributes: AttributeService,
        resolver: Resolver,
    ) -> None:
        self._readers = readers
        self._subjects = subjects
        self._segments = segments
        self._attributes = attributes
        self._resolver = resolver

    async def segments_of(
        self, ids: Sequence[str], kind: ProfileKind, *, now: datetime
    ) -> list[list[Segment]]:
        """The segments of each of these profiles or accounts, by name."""
        saved = await self._segments.all_of(kind)
        catalogue = await self._attributes.recent(now=now)
        frame = Frame(kind, catalogue, now, {one.id: one for one in saved})
        conditions = list(_valid(saved, frame))
        documents = await self._readers[kind].with_ids(ids)
        subjects = await self._subjects.read(
            list(documents.values()), (one for _, one in conditions), kind, catalogue
        )
        found = {
            subject.id: [one for one, condition in conditions if evaluate(condition, subject)]
            for subject in subjects
        }
        return [found.get(one, []) for one in ids]

    async def problems(
        self, ids: Sequence[str], kind: ProfileKind, *, now: datetime
    ) -> list[str | None]:
        """What has made each of these segments invalid since it was saved; None: nothing has."""
        known = await self._segments.closure(ids)
        frame = Frame(kind, await self._attributes.recent(now=now), now, known)
        return [_problem(one, frame) for one in ids]

    async def explain(
        self, segment_id: str, document_id: str, kind: ProfileKind, *, now: datetime
    ) -> list[Verdict]:
        """Why somebody is in a segment or not; the first verdict is on the whole of it."""
        known = await self._segments.closure([segment_id])
        if segment_id not in known:
            raise SegmentNotFoundError("segment")
        catalogue = await self._attributes.recent(now=now)
        frame = Frame(kind, catalogue, now, known)
        global_id = segment_id_of(segment_id)
        condition = await self._resolver.condition(Question(kind, segment=global_id), now)
        documents = await self._readers[kind].with_ids([document_id])
        [subject] = await self._subjects.read(
            list(documents.values()), [condition], kind, catalogue
        )
        return list(explain_segment(global_id, frame, subject))


def _valid(saved: Sequence[Segment], frame: Frame) -> Iterator[tuple[Segment, Condition]]:
    """The segments with their conditions; nobody is in one that has become invalid.

    It does not keep the others from being shown: it tells itself what is wrong, see ``problems``.
    """
    for segment in saved:
        try:
            yield segment, check_use(segment_id_of(segment.id), frame, ("segment",))
        except InputError:
            continue


def _problem(segment_id: str, frame: Frame) -> str | None:
    try:
        check_use(segment_id_of(segment_id), frame, ("segment",))
    except InputError as invalid:
        return str(invalid.__cause__ or invalid)  # without the name of the segment itself
    return None
