"""Documents, from their text to operations that may be executed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    validate,
)
from strawberry.types.graphql import OperationType

from app.private import TOO_MANY_TOKENS
from graphql_schema.limits.cost import Cost, cost_of
from graphql_schema.limits.errors import QueryTooLargeError

MAX_TEXT = 64 * 1024
"""Characters of a document: forty times GraphiQL's question for the schema. Data goes into
variables."""

MAX_TOKENS = 1000
"""Names, values and signs of a document: the worst of that many takes 0.6 s to validate, in which
nobody else is served, and the worst of twice as many 3 s. GraphiQL's question for the schema has
183."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document."""

    type: OperationType
    cost: Cost

    @property
    def is_query(self) -> bool:
        """Whether it changes nothing."""
        return self.type is OperationType.QUERY


@dataclass(frozen=True, slots=True)
class Known:
    """A document that may be executed, and its operations by name."""

    document: DocumentNode
    operations: dict[str | None, Operation]

    def chosen(self, name: object) -> Operation | None:
        """The operation that is meant; where that is not clear the specification wants an error."""
        if name is not None:
            return self.operations.get(name) if isinstance(name, str) else None
        if len(self.operations) > 1:
            raise GraphQLError(
                "The document has several operations: say which by `operationName`.",
                extensions={"code": "GRAPHQL_REQUEST"},
            )
        return next(iter(self.operations.values()), None)


class RefusedError(Exception):
    """A document that breaks rules; it is not kept."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


def read_document(
    text: str,
    *,
    schema: GraphQLSchema,
    rules: Sequence[type[ASTValidationRule]],
    hide_suggestions: bool = False,
) -> Known:
    """What is known of a document that keeps to the rules."""
    document = _parsed(text)
    errors = validate(schema, document, rules, hide_suggestions=hide_suggestions)
    if errors:
        raise RefusedError(errors)
    definitions = document.definitions
    fragments = {
        one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)
    }
    operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
    return Known(
        document,
        {
            one.name.value if one.name else None: Operation(
                OperationType(one.operation.value), cost_of(schema, one, fragments)
            )
            for one in operations
        },
    )


def _parsed(text: str) -> DocumentNode:
    if len(text) > MAX_TEXT:
        raise QueryTooLargeError(f"{MAX_TEXT} characters", str(len(text)))
    try:
        return parse(text, max_lexical_tokens=MAX_TOKENS, max_comments=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if error.message.endswith(TOO_MANY_TOKENS):  # its limits, not a mistake
            raise QueryTooLargeError(f"{MAX_TOKENS} tokens", "more") from error
        raise
