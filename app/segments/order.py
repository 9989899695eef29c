"""The order of a list: which paths it is sorted by. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, ProfileKind
from app.errors import FilterInvalidError, shown
from app.paging import Order, Sort
from app.profiles.compile import value_paths
from app.profiles.service import BY_ID, NEWEST_FIRST
from app.values import DataType

MAX_ORDERS = 3
"""Attributes to sort by: each doubles the stretches that a page may be put together of."""

_LEAST: dict[DataType, Any] = {
    DataType.STRING: "",
    DataType.IP: "",
    DataType.NUMBER: float("-inf"),
    DataType.BOOLEAN: False,
    DataType.DATETIME: datetime(1, 1, 1, tzinfo=UTC),
}
_LISTS = (Aggregation.LIST, Aggregation.UNIQUE_LIST)


@dataclass(frozen=True, slots=True)
class OrderBy:
    """An attribute to sort by; first & last attributes are sorted by the last."""

    attribute: str
    descending: bool = False


def order_of(asked: Sequence[OrderBy], kind: ProfileKind, catalogue: Catalogue) -> Order:
    """The order that is asked for: without a value last, ties by id."""
    if len(asked) > MAX_ORDERS:
        raise FilterInvalidError(("orderBy",), f"a list is sorted by at most {MAX_ORDERS}")
    names = [one.attribute for one in asked]
    if len(set(names)) < len(names):
        raise FilterInvalidError(("orderBy",), "an attribute stands there twice")
    usual = NEWEST_FIRST if kind is ProfileKind.USER else BY_ID
    if not asked:
        return usual
    sorts = (_sort(one, i, catalogue.get(kind, one.attribute)) for i, one in enumerate(asked))
    return (*sorts, Sort("_id", -1 if asked[0].descending else 1))


def _sort(asked: OrderBy, number: int, attribute: AttributeDefinition | None) -> Sort:
    path = ("orderBy", str(number), "attribute")
    if attribute is None:
        raise FilterInvalidError(path, f"there is no attribute {shown(asked.attribute)}")
    if attribute.aggregation in _LISTS:
        raise FilterInvalidError(path, "a list has no one value to sort by")
    direction = -1 if asked.descending else 1
    return Sort(value_paths(attribute)[-1], direction, _LEAST[attribute.data_type])
