"""Queries that nobody would think of: generated from a schema, then twisted."""

from dataclasses import replace
from random import Random
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

CONDITIONS = ("yes", "no")

_SCALARS: Any = {
    "DateTime": st.just(nodes.String("2026-01-01T00:00:00Z")),
    "JSON": st.just(nodes.Object([])),
}


def twisted_queries(schema: str) -> st.SearchStrategy[str]:
    """Queries with conditions and fragments in places; their variables are ``CONDITIONS``."""
    generated = queries(schema, custom_scalars=_SCALARS, allow_x00=False)
    return st.builds(_twisted, generated.map(str), st.randoms(use_true_random=False))


def _twisted(query: str, random: Random) -> str:
    return print_ast(visit(parse(query), _Twist(random)))


class _Twist(Visitor):
    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random

    def enter_operation_definition(
        self, node: OperationDefinitionNode, *_: object
    ) -> OperationDefinitionNode:
        return replace(node, variable_definitions=tuple(map(_boolean, CONDITIONS)))

    def enter_field(self, node: FieldNode, *_: object) -> FieldNode:
        return replace(node, directives=(self._condition(),)) if self._seldom() else node

    def leave_selection_set(self, node: SelectionSetNode, *_: object) -> SelectionSetNode:
        if not self._seldom():
            return node
        again = InlineFragmentNode(
            directives=(self._condition(),),
            selection_set=SelectionSetNode(selections=node.selections),
        )
        return replace(node, selections=(*node.selections[:1], again))

    def _seldom(self) -> bool:
        return self._random.random() < 0.1

    def _condition(self) -> DirectiveNode:
        variable = VariableNode(name=NameNode(value=self._random.choice(CONDITIONS)))
        return DirectiveNode(
            name=NameNode(value=self._random.choice(["skip", "include"])),
            arguments=(ArgumentNode(name=NameNode(value="if"), value=variable),),
        )


def _boolean(name: str) -> VariableDefinitionNode:
    return VariableDefinitionNode(
        variable=VariableNode(name=NameNode(value=name)),
        type=NonNullTypeNode(type=NamedTypeNode(name=NameNode(value="Boolean"))),
        directives=(),
    )
