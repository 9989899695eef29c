"""Which fields of documents are read: those that their answer is made of.

Most of a document are the times of its values, and words to search by. To leave them out makes a
page of a hundred people three times as fast.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, ProfileKind
from app.profiles.compile import attribute_path, value_paths
from graphql_schema.compiled.ahead import READS, Selected, of_selected
from graphql_schema.compiled.declaring import PATH, Path
from graphql_schema.context import Info

Reads: TypeAlias = Iterable[str] | Callable[[Catalogue, Mapping[str, Any]], Iterable[str]]
"""Paths into a document; they may depend on the arguments of the field."""

MANY = 100
"""Attributes that are read one by one; of more than these, all are read as they stand there."""

_WAYS: Final = (("nodes",), ("edges", "node"))
_ITSELF: Final = ((),)
_TYPES: Final = {ProfileKind.USER: "Profile", ProfileKind.ACCOUNT: "Account"}
_LISTS: Final = (Aggregation.LIST, Aggregation.UNIQUE_LIST)


def fields_read(info: Info, kind: ProfileKind, catalogue: Catalogue) -> frozenset[str] | None:
    """The paths that the rows of a connection are asked for; None where that is not known."""
    return _fields_read(info, kind, catalogue, _WAYS)


def fields_of_one(info: Info, kind: ProfileKind, catalogue: Catalogue) -> frozenset[str] | None:
    """The paths that a single row is asked for; None where that is not known."""
    return _fields_read(info, kind, catalogue, _ITSELF)


def in_order(fields: frozenset[str] | None) -> tuple[str, ...] | None:
    """The paths in an order that is the same for the same, as loaders want it."""
    return None if fields is None else tuple(sorted(fields))


def _fields_read(
    info: Info, kind: ProfileKind, catalogue: Catalogue, ways: tuple[Path, ...]
) -> frozenset[str] | None:
    return of_selected(info, _TYPES[kind], ways, _read, catalogue)


def _read(selected: Iterable[Selected], catalogue: Catalogue) -> frozenset[str] | None:
    paths: set[str] = set()
    for one in selected:
        found = _paths(one, catalogue)
        if found is None:
            return None
        paths.update(found)
    return frozenset(paths)


def _paths(one: Selected, catalogue: Catalogue) -> Iterable[str] | None:
    metadata = one.definition.metadata
    if PATH in metadata:
        return (".".join(metadata[PATH][1:]),)
    reads: Reads | None = metadata.get(READS)
    if callable(reads):
        return reads(catalogue, one.arguments)
    return () if one.definition.is_basic_field else reads  # what stands in the row is made of ids


def reads_values(kind: ProfileKind) -> Reads:
    """What ``attribute`` and ``attributes`` read."""

    def reads(catalogue: Catalogue, arguments: Mapping[str, Any]) -> Iterable[str]:
        names = arguments.get("names", [arguments["name"]] if "name" in arguments else None)
        wanted = None if names is None else {names} if isinstance(names, str) else set(names)
        found = [one for one in catalogue.of_kind(kind) if wanted is None or one.name in wanted]
        if len(found) > MANY:
            return ("attributes",)
        return [path for one in found for path in _value_paths(one)]

    return reads


def _value_paths(definition: AttributeDefinition) -> tuple[str, ...]:
    is_list = definition.aggregation in _LISTS
    return (attribute_path(definition),) if is_list else value_paths(definition)
