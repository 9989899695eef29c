"""From a filter as it was sent to a condition, or to the error that says what is wrong where. Pure.

The filter is JSON of the shape of ``ProfileFilter``. What it names is looked up and what it holds
is coerced here, so that nothing of it can become an operator or a path later.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, ProfileKind
from app.errors import FilterInvalidError, IdentifierRefusedError
from app.identity.model import identifier
from app.ids import split_id
from app.segments import model
from app.segments.operators import MAX_VALUES, OPERATORS

MAX_CONDITIONS = 100
"""Of one filter: more than a person writes, and still a quick query."""

MAX_DEPTH = 10

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What a filter is read against; ``now`` stands still for the whole of it."""

    kind: ProfileKind
    catalogue: Catalogue
    now: datetime


def check_filter(raw: Mapping[str, Any], frame: Frame, path: Path = ("filter",)) -> model.Condition:
    """The condition that a filter means."""
    reading = _Reading(frame)
    return reading.condition(raw, path)


@dataclass(slots=True)
class _Reading:
    frame: Frame
    conditions: int = 0

    def condition(self, raw: Mapping[str, Any], path: Path) -> model.Condition:
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            raise FilterInvalidError(path, f"a filter has at most {MAX_CONDITIONS} conditions")
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

    def identifiers(self, raw: Mapping[str, Any], path: Path) -> model.Condition:
        if self.frame.kind is not ProfileKind.USER:
            raise FilterInvalidError(path, "accounts have no identifiers")
        values = raw["values"]
        if len(values) > MAX_VALUES:
            raise FilterInvalidError((*path, "values"), f"a list has at most {MAX_VALUES} values")
        return model.AnyIdentifier(
            tuple(_key(raw["type"], one, (*path, "values", str(i))) for i, one in enumerate(values))
        )

    def account(self, raw: str, path: Path) -> model.Condition:
        kind, account_id = split_id(raw) or ("", "")
        if kind != "Account":
            raise FilterInvalidError(path, "it is no id of an account")
        return model.OfAccount(account_id)

    def _each(self, raw: list[Any], path: Path) -> Iterator[model.Condition]:
        if not raw:
            raise FilterInvalidError(path, "an empty list says nothing")
        for number, one in enumerate(raw):
            yield self.condition(one, (*path, str(number)))

    def _definition(self, name: str, path: Path) -> AttributeDefinition:
        found = self.frame.catalogue.get(self.frame.kind, name)
        if found is None:
            whose = "users" if self.frame.kind is ProfileKind.USER else "accounts"
            raise FilterInvalidError(path, f"{whose} have no attribute {name!r}")
        return found


_KINDS: dict[str, Callable[[_Reading, Any, Path], model.Condition]] = {
    "and": _Reading.all_of,
    "or": _Reading.any_of,
    "not": _Reading.negated,
    "attribute": _Reading.attribute,
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
