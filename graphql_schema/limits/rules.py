"""Limits on how a document is written, as validation rules.

They are classes, made once: what is validated by the same rules need not be validated again.
Each fragment is measured once, however often it is spread, so that fragments which double each
other cost nothing.
"""

from typing import Final

from graphql import (
    SKIP,
    ASTValidationRule,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
    VisitorAction,
)
from typing_extensions import override

from app.errors import InputError
from graphql_schema.limits.errors import QueryTooDeepError, TooManyAliasesError

MAX_DEPTH = 20
"""Selections in selections: GraphiQL's question for the schema has 18, the longest way through
our types without walking in circles 10."""

MAX_ALIASES = 30
"""A dashboard has tens. The cost bounds what is asked for; this bounds how often the same is."""


class _Measuring(ASTValidationRule):
    """Measures what an operation selects, with its fragments in their places."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments: dict[str, int] = {}

    def enter_operation_definition(
        self, node: OperationDefinitionNode, *_: object
    ) -> VisitorAction:
        error = self.check(self.selections(node.selection_set))
        if error:
            self.report_error(refusal(error, node))
        return SKIP

    def enter_fragment_definition(self, *_: object) -> VisitorAction:
        return SKIP

    def check(self, measured: int) -> InputError | None:
        """What is wrong with so much."""
        raise NotImplementedError

    def selections(self, node: SelectionSetNode) -> int:
        """How much a selection is."""
        raise NotImplementedError

    def inside(self, node: SelectionNode) -> int:
        """How much is selected inside a field or fragment."""
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        assert isinstance(node, FieldNode | InlineFragmentNode)
        return self.selections(node.selection_set) if node.selection_set else 0

    def _fragment(self, name: str) -> int:
        if name not in self._fragments:
            self._fragments[name] = 0  # while we are inside: another rule refuses circles
            fragment = self.context.get_fragment(name)
            self._fragments[name] = self.selections(fragment.selection_set) if fragment else 0
        return self._fragments[name]


class DepthRule(_Measuring):
    """Selections are not nested too deeply."""

    @override
    def selections(self, node: SelectionSetNode) -> int:
        return 1 + max(map(self.inside, node.selections), default=0)

    @override
    def check(self, measured: int) -> InputError | None:
        return QueryTooDeepError(measured, MAX_DEPTH) if measured > MAX_DEPTH else None


class AliasRule(_Measuring):
    """There are not too many aliases."""

    @override
    def selections(self, node: SelectionSetNode) -> int:
        aliases = sum(1 for one in node.selections if isinstance(one, FieldNode) and one.alias)
        return aliases + sum(map(self.inside, node.selections))

    @override
    def check(self, measured: int) -> InputError | None:
        return TooManyAliasesError(measured, MAX_ALIASES) if measured > MAX_ALIASES else None


RULES: Final = (DepthRule, AliasRule)


def refusal(error: InputError, node: Node) -> GraphQLError:
    """The error at its place in the document."""
    return GraphQLError(str(error), node, original_error=error)
