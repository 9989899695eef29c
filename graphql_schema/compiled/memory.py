"""What is known of operations between their requests, within bounds.

Front ends ask the same few operations again and again. What a client makes up anew each time is
forgotten soon, and costs no compilation until it has shown enough objects to be worth it.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import (
    DirectiveNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

from graphql_schema.compiled.plans import Selection
from graphql_schema.compiled.shapes import CONDITIONS

MAX_OPERATIONS = 256
"""Operations of a schema that are remembered: a front end has tens of them."""

MAX_CONDITIONS = 32
"""Different answers to the ``@skip`` and ``@include`` of one operation that are remembered."""

PARTS = ("defer", "stream")
"""The directives of answers that come in parts."""


@dataclass(slots=True)
class Counts:
    """How often compiled code completed an object or a list; what surprised it, by type."""

    compiled: int = 0
    surprised: Counter[str] = field(default_factory=Counter)


Key: TypeAlias = tuple[str, tuple[int, ...]]


@dataclass(slots=True)
class Known:
    """The selections of an operation, under one set of conditions."""

    comes_in_parts: bool = False
    """Whether it has ``@defer`` or ``@stream``."""
    selections: dict[Key, Selection] = field(default_factory=dict)
    by_fields: dict[int, Selection] = field(default_factory=dict)
    ahead: dict[object, Any] = field(default_factory=dict)
    """What resolvers have made of what is selected below them; see ``ahead``."""


@dataclass(slots=True)
class _Operation:
    node: OperationDefinitionNode  # kept, so that nobody else gets its id
    fragments: dict[str, FragmentDefinitionNode]
    conditions: tuple[str, ...]
    comes_in_parts: bool
    known: dict[tuple[object, ...], Known] = field(default_factory=dict)


class Memory:
    """Of one schema: nodes of a document may be shared between schemas, plans may not."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._operations: OrderedDict[int, _Operation] = OrderedDict()

    def of(
        self,
        node: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        variables: dict[str, Any],
    ) -> Known:
        """What is known of an operation, if these are its variables."""
        operation = self._operations.get(id(node))
        if operation is None:
            found = _directives(node, fragments)
            conditions = tuple(sorted(found.variables.names))
            operation = _Operation(node, fragments, conditions, found.comes_in_parts)
            self._operations[id(node)] = operation
            if len(self._operations) > MAX_OPERATIONS:
                self._operations.popitem(last=False)
        self._operations.move_to_end(id(node))
        answers = tuple(variables.get(name) for name in operation.conditions)
        if answers not in operation.known and len(operation.known) >= MAX_CONDITIONS:
            operation.known.clear()
        return operation.known.setdefault(answers, Known(operation.comes_in_parts))


def memory_of(schema: GraphQLSchema) -> Memory:
    """The memory of a schema, which lives as long as it."""
    memory: Memory = schema.extensions.setdefault("compiled", Memory())
    return memory


def counts(schema: GraphQLSchema) -> Counts:
    """The counts of a schema."""
    return memory_of(schema).counts


class VariableNames(Visitor):
    """Collects the names of variables."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)


class _Directives(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.variables = VariableNames()
        self.comes_in_parts = False

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        if node.name.value in CONDITIONS:
            visit(node, self.variables)
        self.comes_in_parts |= node.name.value in PARTS


def _directives(
    node: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]
) -> _Directives:
    """The variables that decide what is collected, and whether all comes at once."""
    found = _Directives()
    for definition in (node, *fragments.values()):
        visit(definition, found)
    return found
