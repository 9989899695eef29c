"""Which attributes the traits of people and companies would make, were they defined. Pure.

A trait is an attribute on first sight: of the type of its first value, and with the latest value,
unless it is one that is only ever set once. What is not a single value or a list of such, has a
default attribute already, or was deleted by somebody, makes none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.check import MAX_LABEL
from app.attributes.model import AttributeOrigin, ProfileKind
from app.attributes.service import NewAttribute
from app.attributes.sources import normal_source
from app.errors import AttributeInvalidError
from app.events.model import Payload
from app.events.wire import EventInput
from app.intake.reading import inner
from app.values import DataType

SET_ONCE = "set_once"
"""The property under which an event has the traits that count only where there are none yet."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
_UNSAFE = re.compile(r"[^a-zA-Z0-9_-]+")


def new_attributes(
    events: Iterable[object], catalogue: Catalogue, *, limit: int
) -> list[NewAttribute]:
    """Attributes for traits that none reads yet, while there are fewer than ``limit`` of a kind."""
    found = {kind: _Found(kind, catalogue) for kind in (ProfileKind.USER, ProfileKind.ACCOUNT)}
    for event in events:
        if isinstance(event, EventInput):
            for kind, place, traits, aggregation in _traits(event):
                for key, value in traits.items():
                    found[kind].see(f"{place}.{key}", key, value, aggregation)
    return [new for one in found.values() for new in one.new[: max(0, limit - one.custom)]]


def _traits(event: EventInput) -> Iterator[tuple[ProfileKind, str, Payload, Aggregation]]:
    yield ProfileKind.USER, "user", inner(event.user), Aggregation.LAST
    yield ProfileKind.ACCOUNT, "account", inner(event.account), Aggregation.LAST
    once = inner(event.properties, SET_ONCE)
    yield ProfileKind.USER, f"properties.{SET_ONCE}", once, Aggregation.FIRST


@dataclass(slots=True)
class _Found:
    """What traits of one kind would make."""

    kind: ProfileKind
    catalogue: Catalogue
    new: list[NewAttribute] = field(default_factory=list)
    sources: set[str | None] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    custom: int = 0

    def __post_init__(self) -> None:
        known = list(self.catalogue.of_kind(self.kind))
        self.sources = {one.source for one in known}
        self.names = {one.name for one in known}
        self.custom = sum(one.origin is AttributeOrigin.CUSTOM for one in known)

    def see(self, source: str, key: str, value: object, aggregation: Aggregation) -> None:
        """Take a trait into account; the first value with a type decides."""
        if source in self.sources:
            return
        data_type = _type_of(value)
        name = self._name(key, aggregation)
        if data_type is None or name is None or not _is_source(source):
            return
        if isinstance(value, list):
            aggregation = Aggregation.UNIQUE_LIST
        display = key if key.strip() and len(key) <= MAX_LABEL else None
        new = NewAttribute(self.kind, name, data_type, aggregation, display, event_field=source)
        self.new.append(new)
        self.sources.add(source)
        self.names.add(name)

    def _name(self, key: str, aggregation: Aggregation) -> str | None:
        plain = _UNSAFE.sub("_", key).strip("_")[:MAX_LABEL]
        for name in (plain, f"{aggregation.lower()}_{plain}"[:MAX_LABEL]):
            if self.catalogue.was_deleted(self.kind, name):
                return None
            if plain and name not in self.names:
                return name
        return None


def _is_source(source: str) -> bool:
    try:
        return normal_source(source) == source
    except AttributeInvalidError:
        return False


def _type_of(value: Any) -> DataType | None:  # noqa: ANN401  # any JSON
    match value:
        case bool():
            return DataType.BOOLEAN
        case int() | float() | Decimal():
            return DataType.NUMBER
        case str() if value.strip():
            return DataType.DATETIME if _MOMENT.fullmatch(value) else DataType.STRING
        case list():
            return next((found for one in value if (found := _type_of_one(one))), None)
        case _:
            return None


def _type_of_one(value: object) -> DataType | None:
    return None if isinstance(value, list) else _type_of(value)
