"""Look-ahead: which fields are selected of the rows that a resolver is about to read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    InlineFragmentNode,
    Undefined,
    value_from_ast_untyped,
)
from strawberry.types.field import StrawberryField

from graphql_schema.compiled.private import definition_of, raw_info, variables_of
from graphql_schema.compiled.shapes import Path

READS: Final = "reads"
"""The key of a field's metadata that says what its resolver reads of the row, in the schema's own
terms; what ``path_reader`` reads, ``PATH`` says."""


class Selected(NamedTuple):
    """A field, and the arguments that it was given by their names in the API."""

    definition: StrawberryField
    arguments: Mapping[str, Any]


def selected(info: Any, kind: str, ways: Iterable[Path]) -> Iterator[Selected]:  # noqa: ANN401  # Strawberry's, of any context
    """What is selected of the rows of a type, which lie these ways below the field.

    Conditions are not looked at: a little too much may be read, never too little.
    """
    raw = raw_info(info)
    type_ = raw.schema.type_map[kind]
    assert isinstance(type_, GraphQLObjectType), kind
    for way in ways:
        nodes: Iterable[FieldNode] = raw.field_nodes
        for name in way:
            nodes = [one for one in _fields(nodes, raw.fragments) if one.name.value == name]
        yield from _selected(type_, _fields(nodes, raw.fragments), variables_of(raw))


def _selected(
    type_: GraphQLObjectType, nodes: Iterable[FieldNode], variables: dict[str, Any]
) -> Iterator[Selected]:
    for node in nodes:
        field = type_.fields.get(node.name.value)
        definition = field and definition_of(field)
        if definition:
            yield Selected(definition, _arguments(node, variables))


def _arguments(node: FieldNode, variables: dict[str, Any]) -> dict[str, Any]:
    values = {
        one.name.value: value_from_ast_untyped(one.value, variables) for one in node.arguments or ()
    }
    return {name: value for name, value in values.items() if value is not Undefined}


def _fields(
    nodes: Iterable[Any], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    """The fields inside these, each fragment once."""
    spread: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        for one in node.selection_set.selections if node.selection_set else ():
            if isinstance(one, FieldNode):
                yield one
            elif isinstance(one, InlineFragmentNode):
                waiting.append(one)
            elif isinstance(one, FragmentSpreadNode) and one.name.value not in spread:
                spread.add(one.name.value)
                waiting.append(fragments[one.name.value])
