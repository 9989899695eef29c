"""From a filter as it was sent to a condition, or to the error that says what is wrong where. Pure.

The filter is JSON of the shape of ``ProfileFilter``. What it names is looked up and what it holds
is coerced here, so that nothing of it can become an operator or a path later.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, ProfileKind
from app.errors import (
    EventFilterInvalidError,
    FilterInvalidError,
    IdentifierRefusedError,
    SearchInvalidError,
    shown,
)
from app.identity.model import identifier
from app.ids import split_id
from app.segments import model
from app.segments.operators import OPERATORS, check_values
from app.segments.segment import CsvList, Definition, Segment, segment_key
from app.segments.steps import check_performed

MAX_CONDITIONS = 100
"""Of one filter: more than a person writes, and still a quick query."""

MAX_EXPANDED = 1000
"""Of one filter with those of all segments that it uses."""

MAX_DEPTH = 10

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What a filter is read against; ``now`` stands still for the whole of it.

    ``segments``: those that it may use, and all that these are made of.
    """

    kind: ProfileKind
    catalogue: Catalogue
    now: datetime
    segments: Mapping[str, Segment] = field(default_factory=dict)


def check_filter(raw: Mapping[str, Any], frame: Frame, path: Path = ("filter",)) -> model.Condition:
    """The condition that a filter means."""
    reading = _Reading(frame)
    return reading.condition(raw, path)


def check_use(global_id: str, frame: Frame, path: Path) -> model.Condition:
    """The condition of those who belong to the saved segment of this id."""
    return _Reading(frame).segment(global_id, path)


@dataclass(slots=True)
class _Reading:
    """``inside``: the segments that are being read, each used by the one before it."""

    frame: Frame
    inside: tuple[str, ...] = ()
    conditions: int = 0
    expanded: int = 0

    def condition(self, raw: Mapping[str, Any], path: Path) -> model.Condition:
        self.conditions += 1
        self.expanded += 1
        if self.conditions > MAX_CONDITIONS:
            raise FilterInvalidError(path, f"a filter has at most {MAX_CONDITIONS} conditions")
        if self.expanded > MAX_EXPANDED:
            problem = f"with the segments it uses it has more than {MAX_EXPANDED} conditions"
            raise FilterInvalidError(path, problem)
        if len(path) > 2 * MAX_DEPTH:
            raise FilterInvalidError(path, f"conditions nest at most {MAX_DEPTH} deep")
        name, content = _the_only(raw, path, _KINDS, "condition")
        return _KINDS[name](self, content, (*path, name))

    def all_of(self, raw: list[Any], path: Path) -> model.Condition:
        return model.All(tuple(self._each(raw, path)))

    def any_of(self, raw: list[Any], path: Path) -> model.Condition:
        return model.Any(tuple(self._each(raw, path)))

    def negated(self, raw: Mapping[str, Any], path: Path) -> model.Condition:
        return model.Not(self.condition(raw, path))

    def attribute(self, raw: Mapping[str, Any], path: Path) -> model.Condition:
        definition = self._definition(raw["name"], (*path, "name"))
        asked = {key: value for key, value in raw.items() if key != "name"}
        name, operand = _the_only(asked, path, OPERATORS, "operator")
        return OPERATORS[name](definition, operand, self.frame.now, (*path, name))

    def performed(self, raw: Mapping[str, Any], path: Path) -> model.Condition:
        return check_performed(raw, self.frame.now, path)

    def segment(self, raw: str, path: Path) -> model.Condition:
        segment = self.frame.segments.get(segment_key(raw) or "")
        if segment is None:
            raise FilterInvalidError(path, "there is no such segment")
        if segment.kind is not self.frame.kind:
            problem = f"{segment.name!r} is a segment of {_whose(segment.kind)}"
            raise FilterInvalidError(path, f"{problem}; here are {_whose(self.frame.kind)}")
        if segment.id in self.inside or len(self.inside) >= MAX_DEPTH:
            raise FilterInvalidError(path, f"{segment.name!r} is made of itself, or too deep")
        try:
            return model.InSegment(segment.id, segment.name, self.saved(segment, path))
        except (FilterInvalidError, EventFilterInvalidError, SearchInvalidError) as invalid:
            problem = f"the segment {segment.name!r} has become invalid: {invalid}"
            raise FilterInvalidError(path, problem.removesuffix(".")) from invalid

    def saved(self, segment: Segment, path: Path) -> model.Condition:
        """The condition of a segment, its own conditions counted apart."""
        match segment.source:
            case CsvList(on=on, contents=contents):
                return model.Listed(contents, on)
            case Definition(condition=raw):
                reading = _Reading(self.frame, (*self.inside, segment.id), 0, self.expanded)
                condition = reading.condition(raw, path[:1])
                self.expanded = reading.expanded
                return condition

    def identifiers(self, raw: Mapping[str, Any], path: Path) -> model.Condition:
        if self.frame.kind is not ProfileKind.USER:
            raise FilterInvalidError(path, "accounts have no identifiers")
        values = raw["values"]
        check_values(values, (*path, "values"))
        return model.AnyIdentifier(
            tuple(_key(raw["type"], one, (*path, "values", str(i))) for i, one in enumerate(values))
        )

    def account(self, raw: str, path: Path) -> model.Condition:
        kind, account_id = split_id(raw) or ("", "")
        if kind != "Account":
            raise FilterInvalidError(path, "it is no id of an account")
        if self.frame.kind is ProfileKind.ACCOUNT:
            return model.Among(frozenset({account_id}))
        return model.OfAccount(account_id)

    def _each(self, raw: list[Any], path: Path) -> Iterator[model.Condition]:
        if not raw:
            raise FilterInvalidError(path, "an empty list says nothing")
        for number, one in enumerate(raw):
            yield self.condition(one, (*path, str(number)))

    def _definition(self, name: str, path: Path) -> AttributeDefinition:
        found = self.frame.catalogue.get(self.frame.kind, name)
        if found is None:
            whose = _whose(self.frame.kind)
            raise FilterInvalidError(path, f"{whose} have no attribute {shown(name)}")
        return found


def _whose(kind: ProfileKind) -> str:
    return "users" if kind is ProfileKind.USER else "accounts"


_KINDS: dict[str, Callable[[_Reading, Any, Path], model.Condition]] = {
    "and": _Reading.all_of,
    "or": _Reading.any_of,
    "not": _Reading.negated,
    "attribute": _Reading.attribute,
    "performed": _Reading.performed,
    "segment": _Reading.segment,
    "identifierIn": _Reading.identifiers,
    "account": _Reading.account,
}


def _the_only(
    raw: Mapping[str, Any], path: Path, known: Mapping[str, object], what: str
) -> tuple[str, Any]:
    """The one thing that is said; a null says nothing."""
    said = [(key, value) for key, value in raw.items() if value is not None]
    if len(said) != 1:
        found = ", ".join(key for key, _ in said) or "none"
        raise FilterInvalidError(path, f"it needs exactly one {what}, not {found}")
    [(key, value)] = said
    if key not in known:
        raise FilterInvalidError((*path, key), f"there is no {what} {key!r}")
    return key, value


def _key(kind: str, value: str, path: Path) -> str:
    try:
        return identifier(kind, value).key
    except IdentifierRefusedError as refused:
        raise FilterInvalidError(path, str(refused).removesuffix(".")) from refused
