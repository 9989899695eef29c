"""Which fields of a selection are pure, and how their values nest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
)
from strawberry.types.field import StrawberryField

from graphql_schema.compiled.declaring import PATH, PURE, SHARED, THROUGH, Path
from graphql_schema.compiled.private import (
    CollectedFields,
    FieldDetailsList,
    GroupedFieldSet,
    StrawberryResolver,
    definition_of,
    has_default_resolver,
)

CONDITIONS: Final = ("skip", "include")
"""The directives that collecting deals with."""

Collect: TypeAlias = Callable[[GraphQLObjectType, FieldDetailsList], CollectedFields]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar or an enum value."""

    type: GraphQLLeafType


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    item: "Shape"


@dataclass(frozen=True, slots=True)
class Row:
    """An object, all of whose selected fields are pure."""

    type: GraphQLObjectType
    members: "tuple[Member, ...]"
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A value and whether it may be null."""

    content: Leaf | Items | Row
    nullable: bool


@dataclass(frozen=True, slots=True)
class Typename:
    """``__typename``."""

    response_name: str
    name: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A field whose value stands in the row, or is made of what stands there."""

    response_name: str
    path: Path
    shape: Shape
    through: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """A field whose resolver is pure."""

    response_name: str
    definition: GraphQLField
    node: FieldNode
    shape: Shape


@dataclass(frozen=True, slots=True)
class Left:
    """A field that is left to the stock executor; its place among the others is kept."""

    response_name: str


Member: TypeAlias = Typename | Stored | Computed | Left


def members(parent: GraphQLObjectType, fields: GroupedFieldSet, collect: Collect) -> list[Member]:
    """What becomes of each selected field of an object."""
    return [
        _member(parent, name, details, collect) or Left(name) for name, details in fields.items()
    ]


def list_shape(
    type_: GraphQLList[Any], details: FieldDetailsList, collect: Collect
) -> Shape | None:
    """The shape of a list field's value, if all of it is pure."""
    return _shape(type_, details, collect) if _is_plain(details) else None


def _member(
    parent: GraphQLObjectType, name: str, details: FieldDetailsList, collect: Collect
) -> Member | None:
    node = details[0].node
    if not _is_plain(details):
        return None
    if node.name.value == "__typename":
        return Typename(name, parent.name)
    field = parent.fields.get(node.name.value)
    known = field and definition_of(field)
    shape = _shape(field.type, details, collect) if field and known else None
    if field is None or known is None or shape is None:
        return None
    if known.metadata.get(SHARED) and isinstance(shape.content, Row):
        shape = replace(shape, content=replace(shape.content, is_shared=True))
    if known.is_basic_field and has_default_resolver(field):
        return Stored(name, (known.python_name,), shape)
    if PATH in known.metadata:
        return Stored(name, known.metadata[PATH], shape, known.metadata.get(THROUGH))
    return Computed(name, field, node, shape) if _is_pure(known) else None


def _is_plain(details: FieldDetailsList) -> bool:
    """No directive asks for something special."""
    return all(
        one.defer_usage is None
        and not one.fragment_variable_values
        and all(directive.name.value in CONDITIONS for directive in one.node.directives or ())
        for one in details
    )


def _is_pure(field: StrawberryField) -> bool:
    resolver = field.base_resolver
    return bool(
        field.metadata.get(PURE)
        and resolver
        and not (resolver.is_async or field.extensions)
        and parent_name(resolver)
        and not (resolver.info_parameter or resolver.self_parameter)
    )


def parent_name(resolver: StrawberryResolver[Any]) -> str | None:
    """The parameter that takes the row."""
    parameter = resolver.parent_parameter or resolver.root_parameter
    return parameter.name if parameter else None


def _shape(type_: GraphQLOutputType, details: FieldDetailsList, collect: Collect) -> Shape | None:
    if isinstance(type_, GraphQLNonNull):
        shape = _shape(type_.of_type, details, collect)
        return shape and Shape(shape.content, nullable=False)
    if isinstance(type_, GraphQLList):
        item = _shape(type_.of_type, details, collect)
        return item and Shape(Items(item), nullable=True)
    if isinstance(type_, GraphQLObjectType):
        row = _row(type_, details, collect)
        return Shape(row, nullable=True) if row else None
    return Shape(Leaf(type_), nullable=True) if is_leaf_type(type_) else None


def _row(type_: GraphQLObjectType, details: FieldDetailsList, collect: Collect) -> Row | None:
    collected = collect(type_, details)
    if collected.new_defer_usages:
        return None
    found = members(type_, collected.grouped_field_set, collect)
    return Row(type_, tuple(found)) if _complete(found) else None


def _complete(found: Iterable[Member]) -> bool:
    return not any(isinstance(one, Left) for one in found)
