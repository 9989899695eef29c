"""Limits on the lists that variables bring; those in the text are bounded with it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLSchema,
    VariableDefinitionNode,
    get_nullable_type,
    is_leaf_type,
    type_from_ast,
)

from graphql_schema.limits.errors import ListTooLongError
from graphql_schema.limits.rules import refusal

MAX_LIST = 1000
"""Items of a list: a batch of events, which is the largest that we take."""


def long_lists(
    schema: GraphQLSchema, variables: Iterable[VariableDefinitionNode], values: Mapping[str, Any]
) -> list[GraphQLError]:
    """An error for each variable that brings a list which is too long, maybe deep inside."""
    brought = ((one, values.get(one.variable.name.value)) for one in variables)
    return [
        refusal(error, variable)
        for variable, value in brought
        if isinstance(value, list | dict)
        for error in _long_lists(schema, variable, value)
    ]


def _long_lists(
    schema: GraphQLSchema, variable: VariableDefinitionNode, value: object
) -> Iterator[ListTooLongError]:
    """The first that is too long. Only what the type follows counts: JSON is one value."""
    waiting: list[tuple[Any, Any, tuple[str, ...]]] = [
        (value, type_from_ast(schema, variable.type), (variable.variable.name.value,))
    ]
    while waiting:
        value, kind, path = waiting.pop()
        if isinstance(value, list) and isinstance(kind := get_nullable_type(kind), GraphQLList):
            if len(value) > MAX_LIST:
                yield ListTooLongError(len(value), MAX_LIST, path)
                return
            waiting += _items(value, kind, path)
        elif isinstance(value, dict):
            waiting += _fields(value, get_nullable_type(kind), path)


def _items(
    value: list[Any], kind: GraphQLList[Any], path: tuple[str, ...]
) -> Iterator[tuple[Any, Any, tuple[str, ...]]]:
    if not is_leaf_type(get_nullable_type(kind.of_type)):
        for index, one in enumerate(value):
            yield one, kind.of_type, (*path, str(index))


def _fields(
    value: dict[str, Any], kind: object, path: tuple[str, ...]
) -> Iterator[tuple[Any, Any, tuple[str, ...]]]:
    if isinstance(kind, GraphQLInputObjectType):
        for name in value.keys() & kind.fields.keys():
            yield value[name], kind.fields[name].type, (*path, name)
