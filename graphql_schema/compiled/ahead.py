"""Look-ahead: which fields are selected of the rows that a resolver is about to read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    InlineFragmentNode,
    Undefined,
    value_from_ast_untyped,
    visit,
)
from strawberry.types.field import StrawberryField

from graphql_schema.compiled.declaring import Path
from graphql_schema.compiled.memory import VariableNames, memory_of
from graphql_schema.compiled.private import definition_of, raw_info, variables_of

READS: Final = "reads"
"""The key of a field's metadata that says what its resolver reads of the row, in the schema's own
terms; what ``path_reader`` reads, ``PATH`` says."""

T = TypeVar("T")
Given = TypeVar("Given")


MAX_SAID = 4096
"""Characters of variables that are worth remembering."""


def selects_only(info: Any, *names: str) -> bool:  # noqa: ANN401  # Strawberry's, of any context
    """Whether nothing but these fields is selected, in plain sight: no fragments."""
    selections = [node.selection_set for node in raw_info(info).field_nodes]
    return all(
        isinstance(one, FieldNode) and one.name.value in names
        for selection in selections
        if selection
        for one in selection.selections
    )


class Remembered(NamedTuple):
    """What was made of what is selected, and of what else: variables, and what was given."""

    names: tuple[str, ...]
    said: str
    given: object
    made: object


class Selected(NamedTuple):
    """A field, and the arguments that it was given by their names in the API."""

    definition: StrawberryField
    arguments: Mapping[str, Any]


def of_selected(
    info: Any,  # noqa: ANN401  # Strawberry's, of any context
    kind: str,
    ways: tuple[Path, ...],
    make: Callable[[Iterable[Selected], Given], T],
    given: Given,
) -> T:
    """What is made of what is selected of the rows of a type, which lie these ways below the field.

    It is remembered with the operation, until something else is ``given`` or its variables have
    other values. Conditions are not looked at: a little too much may be read, never too little.
    """
    raw = raw_info(info)
    variables = variables_of(raw)
    ahead = memory_of(raw.schema).of(raw.operation, raw.fragments, variables).ahead
    place = (kind, ways, tuple([id(one) for one in raw.field_nodes]))
    before = ahead.get(place)
    if before and before.given is given and before.said == _said(before.names, variables):
        return cast("T", before.made)
    names = _names(_fields_below(raw, ways))
    made = make(_selected(raw, kind, ways), given)
    said = _said(names, variables)
    if len(said) < MAX_SAID:
        ahead[place] = Remembered(names, said, given, made)
    return made


def _said(names: Iterable[str], variables: Mapping[str, Any]) -> str:
    """Values by their text: 1, 1.0 and true are equal in Python."""
    return repr([variables.get(name) for name in names])


def _names(nodes: Iterable[FieldNode]) -> tuple[str, ...]:
    """The variables in the arguments of these fields."""
    found = VariableNames()
    for argument in [one for node in nodes for one in node.arguments or ()]:
        visit(argument, found)
    return tuple(sorted(found.names))


def _selected(raw: GraphQLResolveInfo[Any], kind: str, ways: Iterable[Path]) -> Iterator[Selected]:
    type_ = raw.schema.type_map[kind]
    assert isinstance(type_, GraphQLObjectType), kind
    for node in _fields_below(raw, ways):
        field = type_.fields.get(node.name.value)
        definition = field and definition_of(field)
        if definition:
            yield Selected(definition, _arguments(node, variables_of(raw)))


def _fields_below(raw: GraphQLResolveInfo[Any], ways: Iterable[Path]) -> Iterator[FieldNode]:
    for way in ways:
        nodes: Iterable[FieldNode] = raw.field_nodes
        for name in way:
            nodes = [one for one in _fields(nodes, raw.fragments) if one.name.value == name]
        yield from _fields(nodes, raw.fragments)


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
