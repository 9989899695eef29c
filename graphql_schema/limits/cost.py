"""What an operation costs: the objects that it may be answered with.

An object costs 1, a scalar nothing. A list costs as many times its items as ``first``, ``last``
or ``ids`` say, or the page size where they say nothing; a list that comes whole with its object
costs as one. Of what may be of several types, the dearest counts. ``@skip`` and ``@include`` are
not looked at, and a field that is written twice counts twice.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    TypeNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    print_ast,
    value_from_ast_untyped,
)

from app.paging import DEFAULT_PAGE, MAX_PAGE

SCHEMA_COST = 200
"""What asking for the schema costs: all of it takes 22 ms, as long as so many objects."""

KNOWN_SIZES = 32
"""Page sizes of one operation that are remembered: a front end has a few."""

_SIZES: Final = ("first", "last", "ids")
_SCHEMA: Final = ("__schema", "__type")

Sizes: TypeAlias = Mapping[str, int | None]
Cost: TypeAlias = Callable[[Mapping[str, Any]], int]


def cost_of(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Cost:
    """The cost of an operation by its variables, which may be wrong still."""
    root = schema.get_root_type(operation.operation)
    usual = {
        one.variable.name.value: _usual(one)
        for one in operation.variable_definitions or ()
        if _may_be_size(one.type)
    }

    @lru_cache(KNOWN_SIZES)
    def cost(*sizes: int | None) -> int:
        counting = _Counting(schema, fragments, dict(zip(usual, sizes, strict=True)))
        return counting.selected(root, operation.selection_set, 1)

    return lambda variables: cost(
        *[_size(variables.get(name, default)) for name, default in usual.items()]
    )


class _Counting:
    """Counts the objects of one operation, each fragment once for each type and page size."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        sizes: Sizes,
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._sizes = sizes
        self._known: dict[tuple[str, str, int], int] = {}

    def selected(self, parent: object, selections: SelectionSetNode, page: int) -> int:
        """The cost of what is selected of a type; lists in it have ``page`` items."""
        if isinstance(parent, GraphQLObjectType):
            return self._of_object(parent, selections, page)
        assert is_abstract_type(parent), "nothing can be selected of other types"
        kinds = self._schema.get_possible_types(parent)
        return max(self._of_object(kind, selections, page) for kind in kinds)

    def _of_object(self, kind: GraphQLObjectType, selections: SelectionSetNode, page: int) -> int:
        return sum(self._selection(kind, one, page) for one in selections.selections)

    def _selection(self, kind: GraphQLObjectType, node: SelectionNode, page: int) -> int:
        if isinstance(node, FieldNode):
            return self._field(kind, node, page)
        if isinstance(node, FragmentSpreadNode):
            return self._spread(kind, node.name.value, page)
        assert isinstance(node, InlineFragmentNode)
        return self._fragment(kind, node, page)

    def _spread(self, kind: GraphQLObjectType, name: str, page: int) -> int:
        key = (name, kind.name, page)
        if key not in self._known:
            self._known[key] = self._fragment(kind, self._fragments[name], page)
        return self._known[key]

    def _fragment(
        self,
        kind: GraphQLObjectType,
        node: InlineFragmentNode | FragmentDefinitionNode,
        page: int,
    ) -> int:
        wanted = node.type_condition and self._schema.type_map[node.type_condition.name.value]
        fits = wanted in (None, kind) or (
            is_abstract_type(wanted) and self._schema.is_sub_type(wanted, kind)
        )
        return self._of_object(kind, node.selection_set, page) if fits else 0

    def _field(self, kind: GraphQLObjectType, node: FieldNode, page: int) -> int:
        if node.name.value in _SCHEMA:
            return SCHEMA_COST
        if not node.selection_set:
            return 0
        field = kind.fields[node.name.value]
        size = self._page(field, node)
        is_list = isinstance(get_nullable_type(field.type), GraphQLList)
        count = (page if size is None else size) if is_list else 1
        beneath = 1 if is_list or size is None else size
        return count * (1 + self.selected(get_named_type(field.type), node.selection_set, beneath))

    def _page(self, field: GraphQLField, node: FieldNode) -> int | None:
        """The size that the arguments of a field say; None where they have no say."""
        names = [name for name in _SIZES if name in field.args]
        if not names:
            return None
        given = {
            one.name.value: one.value for one in node.arguments or () if one.name.value in names
        }
        said = [self._given(value) for value in given.values()]
        usual = [_size(field.args[name].default_value) for name in names if name not in given]
        return next((size for size in (*said, *usual) if size is not None), DEFAULT_PAGE)

    def _given(self, value: ValueNode) -> int | None:
        if isinstance(value, VariableNode):
            return self._sizes[value.name.value]
        return _size(value_from_ast_untyped(value))


def _size(value: object) -> int | None:
    """The items that a value asks for; more than a page is refused when it is read."""
    match value:
        case bool():
            return None
        case int() | float():
            return int(max(0, min(value, MAX_PAGE)))
        case list():
            return min(len(value), MAX_PAGE)
        case _:
            return None


def _usual(variable: VariableDefinitionNode) -> object:
    return value_from_ast_untyped(variable.default_value) if variable.default_value else None


def _may_be_size(node: TypeNode) -> bool:
    kind = node.type if isinstance(node, NonNullTypeNode) else node
    return isinstance(kind, ListTypeNode) or print_ast(kind) == "Int"
