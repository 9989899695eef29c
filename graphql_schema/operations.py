"""Operations, from their text to what they may cost and how long they may take.

Front ends ask the same ones again and again: these are parsed, validated and counted once.
Strawberry has an extension for each; the one for validation hashes the whole document, node by
node, each time it looks something up, and limits made by request are other rules each time.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import lru_cache, partial
from typing import Any

from graphql import ASTValidationRule, specified_rules
from strawberry.extensions import SchemaExtension
from typing_extensions import override

from app.errors import QueryTooComplexError
from app.storage.deadline import time_limit
from graphql_schema.documents import Operation, RefusedError, read_document
from graphql_schema.limits.rules import RULES

CACHED = 256
"""Operations that are kept: a front end has tens of them."""


class Operations:
    """The operations of a schema, and the limits that hold for each of them."""

    def __init__(
        self, *, max_cost: int, seconds: float, rules: Sequence[type[ASTValidationRule]] = ()
    ) -> None:
        self.max_cost = max_cost
        self.seconds = seconds
        self.known = lru_cache(CACHED)(partial(read_document, (*specified_rules, *RULES, *rules)))


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
