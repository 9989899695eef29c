"""All definitions at one version, arranged so that an event finds the attributes it feeds.

Extraction walks the fields an event has, not the definitions there are: five hundred custom
attributes cost nothing where an event carries none of their fields. Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, TypeAlias

from app.aggregation.monoids import Aggregation
from app.attributes.defaults import default_attributes
from app.attributes.model import AttributeDefinition, ProfileKind, TextSearch, ValueFormat
from app.attributes.terms import country_terms, terms
from app.values import COERCIONS, DataType, Value, to_country, to_summand

Terms: TypeAlias = Callable[[Any], frozenset[str]]
"""What full-text search finds a value by."""


@dataclass(frozen=True, slots=True, eq=False)
class Feed:
    """One event field, read as one type: the value is coerced once for all its attributes.

    ``terms`` says by kind of document how its values are searched for, where they are.
    """

    coerce: Callable[[object], Value]
    is_consent: bool
    attributes: dict[ProfileKind, tuple[AttributeDefinition, ...]]
    terms: dict[ProfileKind, Terms]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all attributes that this field feeds."""
        return tuple(one.name for group in self.attributes.values() for one in group)


@dataclass(slots=True, eq=False)
class Branch:
    """The feeds that end at one key of an event, and the keys below it."""

    feeds: list[Feed] = field(default_factory=list)
    children: dict[str, "Branch"] = field(default_factory=dict)


class Catalogue:
    """An immutable set of definitions: the defaults and those that were added.

    ``ended`` counts the definitions that were deleted, by their key.
    """

    def __init__(
        self,
        version: int = 0,
        added: Iterable[AttributeDefinition] = (),
        *,
        defaults: Iterable[AttributeDefinition] = default_attributes(),
        ended: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self.version = version
        self._ended = ended
        self._by_key = {one.key: one for one in (*defaults, *added)}

    def get(self, kind: ProfileKind, name: str) -> AttributeDefinition | None:
        """The definition of this name, if there is one."""
        return self._by_key.get(f"{kind}:{name}")

    def by_id(self, definition_id: str) -> AttributeDefinition | None:
        """The definition of this id, unless it was deleted."""
        return self._by_id.get(definition_id)

    def next_life(self, definition: AttributeDefinition) -> int:
        """Which definition of its name this one would be."""
        return self._ended.get(definition.key, 0) + 1

    def was_deleted(self, kind: ProfileKind, name: str) -> bool:
        """Whether somebody deleted an attribute of this name, be there another one now or not."""
        return f"{kind}:{name}" in self._ended

    def at(self, version: int) -> "Catalogue":
        """Those of the definitions that there were at an older version."""
        if version >= self.version:
            return self
        return Catalogue(
            version, (one for one in self._by_key.values() if 0 < one.since <= version)
        )

    def of_kind(self, kind: ProfileKind) -> Iterator[AttributeDefinition]:
        """The definitions for one kind of document, defaults first, then by age."""
        return (one for one in self._by_key.values() if one.kind is kind)

    def added(self) -> Iterator[AttributeDefinition]:
        """All but the defaults."""
        return (one for one in self._by_key.values() if one.since)

    def with_source(self, source: str) -> Iterator[AttributeDefinition]:
        """The definitions that one event field feeds."""
        return (one for one in self._by_key.values() if one.source == source)

    @cached_property
    def _by_id(self) -> dict[str, AttributeDefinition]:
        return {one.id: one for one in self._by_key.values()}

    @cached_property
    def root(self) -> Branch:
        """Where extraction starts: the children are the parts of an event."""
        root = Branch()
        for source, groups in self._grouped().items():
            branch = root
            for key in source.split("."):
                branch = branch.children.setdefault(key, Branch())
            branch.feeds.extend(_feed(coerce, group) for coerce, group in groups.items())
        return root

    def _grouped(self) -> dict[str, dict["Coercion", list[AttributeDefinition]]]:
        grouped: dict[str, dict[Coercion, list[AttributeDefinition]]] = {}
        for one in self._by_key.values():
            if one.source is not None:
                groups = grouped.setdefault(one.source, {})
                groups.setdefault(_coercion(one), []).append(one)
        return grouped


Coercion = Callable[[object], Value]


def _coercion(definition: AttributeDefinition) -> Coercion:
    if definition.value_format is ValueFormat.COUNTRY:
        return to_country
    if definition.value_format is ValueFormat.CONSENT:
        return _to_consent
    if definition.aggregation is Aggregation.SUM:
        return to_summand
    return COERCIONS[definition.data_type]


def _to_consent(raw: object) -> Value:
    return COERCIONS[DataType.BOOLEAN](raw)


def _feed(coerce: Coercion, definitions: list[AttributeDefinition]) -> Feed:
    by_kind = {
        kind: group
        for kind in ProfileKind
        if (group := tuple(one for one in definitions if one.kind is kind))
    }
    searched = {kind: found for kind, group in by_kind.items() if (found := terms_of(group))}
    return Feed(coerce, coerce is _to_consent, by_kind, searched)


def terms_of(definitions: Iterable[AttributeDefinition]) -> Terms | None:
    """What values of one event field are searched by, for definitions of one kind; if at all."""
    searched = [one for one in definitions if one.data_type is DataType.STRING]
    if any(one.search is TextSearch.PARTS for one in searched):
        return partial(terms, with_parts=True)
    if any(one.search is TextSearch.WORDS for one in searched):
        is_country = searched[0].value_format is ValueFormat.COUNTRY
        return country_terms if is_country else partial(terms, with_parts=False)
    return None
