"""What each operator of an attribute condition asks, and which attributes it fits. Pure."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

import msgspec

from app.attributes.model import AttributeDefinition, ValueFormat
from app.errors import FilterInvalidError, RangeInvalidError, ValueRefusedError, shown
from app.events.ranges import last
from app.patterns import beginning, containing, wildcard
from app.segments.model import AnyValue, Between, Condition, HasValue, Like, Not, OneOf
from app.values import COERCIONS, DataType, Value, country_names

MAX_VALUES = 1000
"""Of one list: an ``$in`` of this size is still a quick walk through an index."""

MAX_PATTERN = 256
_ORDERED = (DataType.NUMBER, DataType.DATETIME, DataType.STRING)
_TEXTS = (DataType.STRING, DataType.IP)

Raw: TypeAlias = Any
"""JSON as it was sent, with times and durations as Python has them."""

Path: TypeAlias = tuple[str, ...]
Operator: TypeAlias = Callable[[AttributeDefinition, Raw, datetime, Path], Condition]


def _equal(attribute: AttributeDefinition, raw: Raw, _now: datetime, path: Path) -> Condition:
    return AnyValue(attribute, OneOf((_coerced(attribute, raw, path),)))


def _one_of(attribute: AttributeDefinition, raw: Raw, _now: datetime, path: Path) -> Condition:
    check_values(raw, path)
    values = (_coerced(attribute, one, (*path, str(i))) for i, one in enumerate(raw))
    return AnyValue(attribute, OneOf(tuple(values)))


def check_values(values: Sequence[Raw], path: Path) -> None:
    """An empty list says nothing: the opposite of it would be everybody."""
    if not 1 <= len(values) <= MAX_VALUES:
        raise FilterInvalidError(path, f"a list has 1 to {MAX_VALUES} values")


def _limit(
    side: str, attribute: AttributeDefinition, raw: Raw, _now: datetime, path: Path
) -> Condition:
    _fits(attribute, _ORDERED, path)
    value = _coerced(attribute, raw, path)
    return AnyValue(
        attribute,
        {
            "gt": Between(least=value, with_least=False),
            "gte": Between(least=value),
            "lt": Between(most=value, with_most=False),
            "lte": Between(most=value),
        }[side],
    )


def _like(
    pattern_of: Callable[[str], str],
    attribute: AttributeDefinition,
    raw: Raw,
    _now: datetime,
    path: Path,
) -> Condition:
    """A text of some pattern; of countries it is the name."""
    return _matching(attribute, pattern_of(_written(attribute, raw, path)))


def _exists(attribute: AttributeDefinition, raw: Raw, _now: datetime, _path: Path) -> Condition:
    return HasValue(attribute) if raw else Not(HasValue(attribute))


def _within(attribute: AttributeDefinition, raw: Raw, now: datetime, path: Path) -> Condition:
    """Half-open: the start belongs to it, now does not."""
    _fits(attribute, (DataType.DATETIME,), path)
    try:
        during = last(duration(raw, path), now)
    except RangeInvalidError as none:
        raise FilterInvalidError(path, "there is no such time before now") from none
    return AnyValue(attribute, Between(during.start, during.end, with_most=False))


def duration(raw: Raw, path: Path) -> timedelta:
    """The time span, also from the text that it is kept as."""
    try:
        return msgspec.convert(raw, timedelta)
    except msgspec.ValidationError as unreadable:
        raise FilterInvalidError(path, "it is no ISO 8601 duration such as P7D") from unreadable


def _not(operator: Operator) -> Operator:
    """The opposite: it also holds where the attribute has no value."""

    def negated(attribute: AttributeDefinition, raw: Raw, now: datetime, path: Path) -> Condition:
        return Not(operator(attribute, raw, now, path))

    return negated


OPERATORS: dict[str, Operator] = {
    "eq": _equal,
    "ne": _not(_equal),
    "in": _one_of,
    "notIn": _not(_one_of),
    **{side: partial(_limit, side) for side in ("gt", "gte", "lt", "lte")},
    "contains": partial(_like, containing),
    "startsWith": partial(_like, beginning),
    "matches": partial(_like, wildcard),
    "exists": _exists,
    "withinLast": _within,
    "notWithinLast": _not(_within),
}


def _coerced(attribute: AttributeDefinition, raw: Raw, path: Path) -> Value:
    if attribute.value_format is ValueFormat.COUNTRY:
        return _country(raw, path)
    try:
        return COERCIONS[attribute.data_type](raw)
    except ValueRefusedError as refused:
        problem = str(refused).removesuffix(".")
        raise FilterInvalidError(path, f"of {attribute.name!r}: {problem}") from refused


def _country(raw: Raw, path: Path) -> str:
    """The code of a country that is given by its code or its name, in any case."""
    asked = raw.casefold() if isinstance(raw, str) else None
    for code, name in country_names().items():
        if asked in (code.casefold(), name.casefold()):
            return code
    raise FilterInvalidError(path, f"{shown(raw)} is neither code nor name of a country")


def _matching(attribute: AttributeDefinition, pattern: str) -> Condition:
    if attribute.value_format is not ValueFormat.COUNTRY:
        return AnyValue(attribute, Like(pattern))
    names = country_names().items()
    found = re.compile(pattern).search
    return AnyValue(attribute, OneOf(tuple(code for code, name in names if found(name))))


def _written(attribute: AttributeDefinition, raw: str, path: Path) -> str:
    _fits(attribute, _TEXTS, path)
    if not raw:
        raise FilterInvalidError(path, "an empty text is in every text; use `exists`")
    if len(raw) > MAX_PATTERN:
        raise FilterInvalidError(path, f"it is longer than {MAX_PATTERN} characters")
    return raw


def _fits(attribute: AttributeDefinition, types: tuple[DataType, ...], path: Path) -> None:
    if attribute.data_type not in types:
        allowed = ", ".join(types)
        problem = f"{attribute.name!r} is {attribute.data_type}; this operator is for {allowed}"
        raise FilterInvalidError(path, problem)
