"""What is known of operations between their requests, within bounds.

Front ends ask the same few operations again and again. What a client makes up anew each time is
forgotten soon, and costs no compilation until it has shown enough objects to be worth it.
"""

from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    get_nullable_type,
    visit,
)

from graphql_schema.compiled.lines import Compiled
from graphql_schema.compiled.private import (
    CollectedFields,
    FieldDetailsList,
    GroupedFieldSet,
    definition_of,
)
from graphql_schema.compiled.shapes import (
    CONDITIONS,
    TOGETHER,
    Collect,
    Computed,
    Left,
    list_shape,
    members,
)
from graphql_schema.compiled.source import compile_members, compile_shape

MAX_OPERATIONS = 256
"""Operations of a schema that are remembered: a front end has tens of them."""

MAX_CONDITIONS = 32
"""Different answers to the ``@skip`` and ``@include`` of one operation that are remembered."""

PARTS = ("defer", "stream")
"""The directives of answers that come in parts."""

WORTH_COMPILING = 8
"""Objects of one selection: compiling it costs as much as completing these the stock way."""


@dataclass(slots=True)
class Counts:
    """How often compiled code completed an object or a list; what surprised it, by type."""

    compiled: int = 0
    surprised: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled selection; ``rest`` is left to the stock executor."""

    compiled: Compiled
    rest: GroupedFieldSet


@dataclass(frozen=True, slots=True)
class Relation:
    """A field that is read for all rows of a list together, and what completes its values."""

    field: Computed
    nodes: list[FieldNode]
    read: Callable[..., Awaitable[list[Any]]]
    compiled: Compiled


@dataclass(frozen=True, slots=True)
class Rows:
    """A compiled selection of the rows of a list, and the relations that are read beside it."""

    compiled: Compiled
    relations: tuple[Relation, ...]


@dataclass(slots=True)
class Selection:
    """The fields that are selected of a type, at one place of an operation."""

    type: GraphQLObjectType
    collected: CollectedFields
    seen: int = 0
    plan: Plan | None = None
    is_settled: bool = False
    lists: dict[GraphQLList[Any], Compiled | None] = field(default_factory=dict)
    related: dict[GraphQLList[Any], Rows | None] = field(default_factory=dict)

    def for_objects(self, count: int, collect: Collect) -> Plan | None:
        """The plan for the objects themselves, when it is worth it."""
        if not self.is_settled and self._is_worth_it(count):
            self.is_settled, self.plan = True, self._planned(collect)
        return self.plan

    def for_list(
        self, kind: GraphQLList[Any], count: int, details: FieldDetailsList, collect: Collect
    ) -> Compiled | None:
        """The function for a whole list of such objects, when it is worth it and all is pure."""
        if kind not in self.lists:
            if not self._is_worth_it(count):
                return None
            shape = list_shape(kind, details, collect)
            self.lists[kind] = compile_shape(shape) if shape else None
        return self.lists[kind]

    def for_rows(self, kind: GraphQLList[Any], count: int, collect: Collect) -> Rows | None:
        """The function for each row of a list whose other fields are all read together."""
        if kind not in self.related and self.is_settled | (count > WORTH_COMPILING):
            self.related[kind] = self._related(kind, count, collect)
        return self.related.get(kind)

    def _related(self, kind: GraphQLList[Any], count: int, collect: Collect) -> Rows | None:
        plan = self.for_objects(count, collect)
        if not plan or get_nullable_type(kind.of_type) is not self.type:
            return None
        found = [self._relation(name, details, collect) for name, details in plan.rest.items()]
        relations = tuple(one for one in found if one)
        return Rows(plan.compiled, relations) if len(relations) == len(found) else None

    def _relation(self, name: str, details: FieldDetailsList, collect: Collect) -> Relation | None:
        node = details[0].node
        kind = self.type.fields[node.name.value]
        known = definition_of(kind)
        read = known and known.metadata.get(TOGETHER)
        shape = list_shape(GraphQLList(kind.type), details, collect) if read else None
        compiled = compile_shape(shape) if shape else None
        if not read or not shape or not compiled:
            return None
        nodes = [one.node for one in details]
        return Relation(Computed(name, kind, node, shape), nodes, read, compiled)

    def _is_worth_it(self, count: int) -> bool:
        self.seen += count
        return self.seen > WORTH_COMPILING

    def _planned(self, collect: Collect) -> Plan | None:
        fields = self.collected.grouped_field_set
        found = members(self.type, fields, collect)
        left = {one.response_name for one in found if isinstance(one, Left)}
        if self.collected.new_defer_usages or len(left) == len(fields):
            return None
        rest = {name: details for name, details in fields.items() if name in left}
        compiled = compile_members(found)
        return Plan(compiled, rest) if compiled else None


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
