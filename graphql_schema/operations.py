"""Operations, from their text to what they may cost and how long they may take.

Front ends ask the same ones again and again: these are parsed, validated and counted once.
Strawberry has an extension for each; the one for validation hashes the whole document, node by
node, each time it looks something up, and limits made by request are other rules each time.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from strawberry.extensions import SchemaExtension
from typing_extensions import override

from app.errors import QueryTooComplexError, QueryTooLargeError
from app.storage.deadline import time_limit
from graphql_schema.limits.cost import Cost, cost_of
from graphql_schema.limits.rules import RULES

CACHED = 256
"""Operations that are kept: a front end has tens of them."""

MAX_TEXT = 64 * 1024
"""Characters of a document: forty times GraphiQL's question for the schema. Data goes into
variables."""

MAX_TOKENS = 2000
"""Names, values and signs of a document: to validate the worst of that many takes half a second,
and of twice as many four times as long."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document."""

    is_query: bool
    cost: Cost


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

    def __init__(self, document: DocumentNode, errors: list[GraphQLError]) -> None:
        super().__init__(errors)
        self.document = document
        self.errors = errors


class Operations:
    """The operations of a schema, and the limits that hold for each of them."""

    def __init__(
        self, *, max_cost: int, seconds: float, rules: Sequence[type[ASTValidationRule]] = ()
    ) -> None:
        self.max_cost = max_cost
        self.seconds = seconds
        self.known = lru_cache(CACHED)(partial(_known, (*specified_rules, *RULES, *rules)))


class LimitedOperations(SchemaExtension):
    """Looks an operation up by its text, and keeps it within its limits."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._operation: Operation | None = None
        self._cost: int | None = None

    @override
    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        try:
            known = self._operations.known(context.schema._schema, context.query or "")  # noqa: SLF001  # as Strawberry's own extensions do
        except RefusedError as refused:
            context.graphql_document = refused.document
            context.pre_execution_errors = refused.errors
        else:
            context.graphql_document, context.pre_execution_errors = known.document, []
            self._operation = known.chosen(context._provided_operation_name)  # noqa: SLF001  # the public name is made up where none is given
        yield

    @override
    def on_execute(self) -> Iterator[None]:
        assert self._operation, "only known operations are executed"
        cost = self._operation.cost(self.execution_context.variables or {})
        if cost > self._operations.max_cost:
            raise QueryTooComplexError(cost, self._operations.max_cost)
        self._cost = cost
        # What changes something runs to its end: half an answer there is worse than a late one.
        with time_limit(self._operations.seconds) if self._operation.is_query else nullcontext():
            yield

    @override
    def get_results(self) -> dict[str, Any]:
        if self._cost is None:
            return {}
        return {"cost": {"requested": self._cost, "maximum": self._operations.max_cost}}


def _known(rules: Sequence[type[ASTValidationRule]], schema: GraphQLSchema, text: str) -> Known:
    document = _parsed(text)
    errors = validate(schema, document, rules)
    if errors:
        raise RefusedError(document, errors)
    definitions = document.definitions
    fragments = {
        one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)
    }
    operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
    return Known(
        document,
        {
            one.name.value if one.name else None: Operation(
                one.operation is OperationType.QUERY, cost_of(schema, one, fragments)
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
        if error.message.endswith("Parsing aborted."):  # its limits, not a mistake
            raise QueryTooLargeError(f"{MAX_TOKENS} tokens", "more") from error
        raise
