"""What the update operators do to one document, for the embedded store.

mongomock's own operators use Python's comparisons and arithmetic: they cannot order documents,
add decimals, sort a push by several keys or take a failed update back. These change a copy that
the caller owns, so an error half-way leaves the stored document as it was.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

from bson import Decimal128, Int64
from mongomock import filtering
from pymongo.errors import OperationFailure, WriteError

from app.storage.bson_order import order_key

Document: TypeAlias = dict[str, Any]
Operator: TypeAlias = Callable[["Place", Any], None]

_BAD_VALUE, _UNKNOWN, _TYPE_MISMATCH, _PATH_NOT_VIABLE, _CONFLICT = 2, 9, 14, 28, 40
_INT64 = range(-(2**63), 2**63)
_MISSING = object()
_applies: Any = filtering.filter_applies  # carries no types


def apply_update(document: Document, update: Mapping[str, Any], *, inserting: bool) -> None:
    """Change the document as the operators say; ``inserting`` lets ``$setOnInsert`` act."""
    targets = update.get("$rename", {}).values()
    _refuse_conflicts([*targets, *(path for fields in update.values() for path in fields)])
    for name, fields in update.items():
        if name not in OPERATORS:
            raise WriteError(f"Unknown modifier: {name}", _UNKNOWN)
        if name != "$setOnInsert" or inserting:
            for path, operand in fields.items():
                OPERATORS[name](Place(document, path), operand)


def _refuse_conflicts(paths: list[str]) -> None:
    """Two operators on one path, or on a path and a part of it, are an error of the server."""
    parts = sorted(path.split(".") for path in paths)
    for first, second in pairwise(parts):
        if second[: len(first)] == first:
            path, other = ".".join(second), ".".join(first)
            raise WriteError(
                f"Updating the path '{path}' would create a conflict at '{other}'", _CONFLICT
            )


class Place:
    """Where a dotted path leads in a document, whether or not anything is there yet."""

    def __init__(self, document: Document, path: str) -> None:
        self.document = document
        self.path = path
        *self.parents, self.last = path.split(".")
        if not all((*self.parents, self.last)):
            raise WriteError(f"The path '{path}' has an empty field name", _BAD_VALUE)
        if any(part.startswith("$") for part in (*self.parents, self.last)):
            raise WriteError(f"The path '{path}' has a field name with a dollar", _BAD_VALUE)

    def get(self) -> Any:
        """The value, or ``_MISSING``."""
        found: Any = self.document
        for part in (*self.parents, self.last):
            found = _child(found, part)
        return found

    def put(self, value: Any) -> None:
        """Set the value; documents on the way are made, anything else is in the way."""
        parent: Any = self.document
        for part in self.parents:
            if isinstance(parent, dict):
                parent = parent.setdefault(part, {})
            else:
                parent = _child(parent, part)
        if isinstance(parent, dict):
            parent[self.last] = value
        elif isinstance(parent, list) and self.last.isdigit():
            parent.extend([None] * (int(self.last) + 1 - len(parent)))
            parent[int(self.last)] = value
        else:
            raise WriteError(f"Cannot create field '{self.last}' in {self.path}", _PATH_NOT_VIABLE)

    def remove(self) -> None:
        """Take the value away; an element of a list becomes null, so that none moves up."""
        parent: Any = self.document
        for part in self.parents:
            parent = _child(parent, part)
        if isinstance(parent, dict):
            parent.pop(self.last, None)
        elif _child(parent, self.last) is not _MISSING:
            parent[int(self.last)] = None

    def elements(self) -> list[Any] | None:
        """The list that is here, ``None`` when nothing is."""
        found = self.get()
        if found is _MISSING:
            return None
        if isinstance(found, list):
            return found
        raise WriteError(f"The field '{self.path}' must be an array", _BAD_VALUE)


def _child(parent: Any, part: str) -> Any:
    if isinstance(parent, dict):
        return parent.get(part, _MISSING)
    if isinstance(parent, list) and part.isdigit() and int(part) < len(parent):
        return parent[int(part)]
    return _MISSING


def _set(place: Place, operand: Any) -> None:
    place.put(operand)


def _unset(place: Place, _operand: Any) -> None:
    place.remove()


def _rename(place: Place, operand: Any) -> None:
    found = place.get()
    if found is not _MISSING:
        place.remove()
        Place(place.document, operand).put(found)


def _min(place: Place, operand: Any) -> None:
    found = place.get()
    if found is _MISSING or order_key(operand) < order_key(found):
        place.put(operand)


def _max(place: Place, operand: Any) -> None:
    found = place.get()
    if found is _MISSING or order_key(operand) > order_key(found):
        place.put(operand)


def _inc(place: Place, operand: Any) -> None:
    found = place.get()
    for number in (operand,) if found is _MISSING else (found, operand):
        if isinstance(number, bool) or not isinstance(number, int | float | Decimal128):
            raise WriteError(f"Cannot apply $inc at '{place.path}'", _TYPE_MISMATCH)
    place.put(operand if found is _MISSING else _sum(found, operand))


def _sum(left: Any, right: Any) -> Any:
    """Decimals know how to add any number; a whole number stays one or is refused."""
    total = left + right
    if isinstance(total, int) and total not in _INT64:
        raise WriteError(f"$inc of {left} by {right} does not fit 64 bits", _BAD_VALUE)
    long = isinstance(total, int) and isinstance(left, Int64) | isinstance(right, Int64)
    return Int64(total) if long else total


def _push(place: Place, operand: Any) -> None:
    several = isinstance(operand, dict) and "$each" in operand
    clauses: Document = operand if several else {"$each": [operand]}
    unknown = clauses.keys() - {"$each", "$position", "$sort", "$slice"}
    if unknown:
        raise WriteError(f"Unrecognized clause in $push: {min(unknown)}", _BAD_VALUE)
    elements = list(place.elements() or ())
    position = clauses.get("$position", len(elements))
    elements[position:position] = clauses["$each"]
    _sort(elements, clauses.get("$sort", {}))
    place.put(_sliced(elements, clauses.get("$slice")))


def _sort(elements: list[Any], order: Any) -> None:
    if not isinstance(order, dict):
        elements.sort(key=order_key, reverse=order < 0)
        return
    for path, direction in reversed(order.items()):  # stable: the last key first
        elements.sort(key=lambda element: order_key(_inside(element, path)), reverse=direction < 0)


def _inside(element: Any, path: str) -> Any:
    for part in path.split("."):
        element = _child(element, part)
    return None if element is _MISSING else element


def _sliced(elements: list[Any], limit: int | None) -> list[Any]:
    if limit is None:
        return elements
    return elements[:limit] if limit >= 0 else elements[limit:]


def _add_to_set(place: Place, operand: Any) -> None:
    several = isinstance(operand, dict) and "$each" in operand
    elements = list(place.elements() or ())
    known = {order_key(element) for element in elements}
    for element in operand["$each"] if several else [operand]:
        if order_key(element) not in known:
            known.add(order_key(element))
            elements.append(element)
    place.put(elements)


def _pull(place: Place, operand: Any) -> None:
    _keep(place, lambda element: not _pulled(element, operand))


def _pulled(element: Any, condition: Any) -> bool:
    """Operators speak about the element itself, other documents about its fields."""
    if not isinstance(condition, dict):
        return order_key(element) == order_key(condition)
    if any(name.startswith("$") for name in condition):
        return bool(_applies({"element": condition}, {"element": element}))
    return isinstance(element, dict) and bool(_applies(condition, element))


def _pull_all(place: Place, operand: Any) -> None:
    gone = [order_key(element) for element in operand]
    _keep(place, lambda element: order_key(element) not in gone)


def _keep(place: Place, wanted: Callable[[Any], bool]) -> None:
    elements = place.elements()
    if elements is not None:
        place.put([element for element in elements if wanted(element)])


def _pop(place: Place, operand: Any) -> None:
    elements = place.elements()
    if elements:
        place.put(elements[:-1] if operand == 1 else elements[1:])


OPERATORS: dict[str, Operator] = {
    "$set": _set,
    "$setOnInsert": _set,
    "$unset": _unset,
    "$rename": _rename,
    "$inc": _inc,
    "$min": _min,
    "$max": _max,
    "$push": _push,
    "$addToSet": _add_to_set,
    "$pull": _pull,
    "$pullAll": _pull_all,
    "$pop": _pop,
}


def upsert_seed(condition: Mapping[str, Any]) -> Document:
    """The document that an upsert starts from: what the filter says must be equal."""
    document: Document = {}
    for path, value in _equalities(condition):
        place = Place(document, path)
        if place.get() is not _MISSING:
            raise OperationFailure(f"cannot infer query fields to set, '{path}' twice", 54)
        place.put(value)
    return document


def _equalities(condition: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for path, wanted in condition.items():
        if path == "$and":
            for part in wanted:
                yield from _equalities(part)
        elif path.startswith("$"):
            continue
        elif not isinstance(wanted, dict) or not any(name.startswith("$") for name in wanted):
            yield path, wanted
        elif "$eq" in wanted:
            yield path, wanted["$eq"]
