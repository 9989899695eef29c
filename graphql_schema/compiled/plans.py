"""Plans: what of a selection is compiled, once it is worth it, and what is left."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLList, GraphQLObjectType, get_nullable_type

from graphql_schema.compiled.declaring import TOGETHER
from graphql_schema.compiled.lines import Compiled
from graphql_schema.compiled.private import (
    CollectedFields,
    FieldDetailsList,
    GroupedFieldSet,
    definition_of,
)
from graphql_schema.compiled.shapes import Collect, Computed, Left, list_shape, members
from graphql_schema.compiled.source import compile_members, compile_shape

WORTH_COMPILING = 8
"""Objects of one selection: compiling it costs as much as completing these the stock way."""


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
