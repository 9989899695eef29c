"""From what is asked to a condition over documents, with what events and lists say found out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.attributes.model import ProfileKind
from app.attributes.service import AttributeService
from app.segments.check import Frame, check_filter, check_use
from app.segments.finding_repository import Finder
from app.segments.model import All, Among, Condition, Elsewhere, Listed, Performed
from app.segments.resolve import elsewhere, resolved
from app.segments.segment import Definition, segment_key
from app.segments.segment_service import SegmentService


@dataclass(frozen=True, slots=True)
class Question:
    """Whom a list is asked for: by a filter, by a saved segment, or by both.

    ``path``: where in the input the filter stands.
    """

    kind: ProfileKind
    filter: Mapping[str, Any] | None = None
    segment: str | None = None
    path: tuple[str, ...] = ("filter",)


class Resolver:
    """Reads conditions, and finds out what they say of events and lists."""

    def __init__(
        self, *, finder: Finder, attributes: AttributeService, segments: SegmentService
    ) -> None:
        self._finder = finder
        self._attributes = attributes
        self._segments = segments

    async def frame(self, kind: ProfileKind, uses: Iterable[str], now: datetime) -> Frame:
        """What filters of a kind that use these segments are read against."""
        catalogue = await self._attributes.recent(now=now)
        used = list(uses)
        known = await self._segments.closure(used) if used else {}
        return Frame(kind, catalogue, now, known)

    async def condition(self, asked: Question, now: datetime) -> Condition:
        """The condition that is asked for; with nothing said it holds for everybody."""
        uses = list(Definition(asked.filter or {}).uses)
        if asked.segment is not None:
            uses.append(segment_key(asked.segment) or "")
        frame = await self.frame(asked.kind, uses, now)
        parts = []
        if asked.filter is not None:
            parts.append(check_filter(asked.filter, frame, asked.path))
        if asked.segment is not None:
            parts.append(check_use(asked.segment, frame, ("segment",)))
        return All(tuple(parts))

    async def resolved(
        self,
        condition: Condition,
        kind: ProfileKind,
        among: Collection[str] | None = None,
        *,
        but_long_lists: bool = False,
    ) -> Condition:
        """The condition over documents alone; ``among``: the only ones that are of interest.

        ``but_long_lists``: these stay as they are, for those who look at few people.
        """
        wanted = {repr(one): one for one in elsewhere(condition)}
        sets = {
            known_as: Among(await self._find(one, kind, among), found=True)
            for known_as, one in wanted.items()
            if not (but_long_lists and isinstance(one, Listed) and await self._is_long(one))
        }
        return resolved(condition, sets)

    async def _is_long(self, one: Listed) -> bool:
        return await self._finder.is_long(one)

    async def _find(
        self, one: Elsewhere, kind: ProfileKind, among: Collection[str] | None
    ) -> frozenset[str]:
        match one:
            case Performed():
                return await self._finder.performed(one, kind, among)
            case Listed():
                return await self._finder.listed(one, kind)
