"""Operations, from their text to their answer: what they may cost and how long they may take.

Front ends ask the same ones again and again: these are parsed, validated and counted once.
Strawberry's own way has extensions for each of these, in contexts that are entered one by one;
they take longer than a page of people does.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from functools import lru_cache, partial
from typing import Any

import strawberry
from graphql import ASTValidationRule, GraphQLError, execute, specified_rules
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from typing_extensions import override

from app.private import (
    CannotGetOperationTypeError,
    Executor,
    InvalidOperationTypeError,
    MissingQueryError,
    await_maybe,
    core_schema_of,
    optimized_is_awaitable,
)
from app.storage.deadline import time_limit
from graphql_schema.documents import Operation, RefusedError, read_document
from graphql_schema.limits.errors import QueryTooComplexError
from graphql_schema.limits.rules import RULES

CACHED = 256
"""Operations that are kept: a front end has tens of them."""


class LimitedSchema(strawberry.Schema):
    """A schema whose operations are looked up by their text and keep within their limits.

    It takes no extensions: who wants to see every operation wraps ``execute``.
    """

    def __init__(
        self,
        query: type,
        mutation: type | None = None,
        *,
        max_cost: int,
        seconds: float,
        rules: Sequence[type[ASTValidationRule]] = (),
        types: Sequence[type] = (),
        execution: type[Executor[Any]] | None = None,
        config: StrawberryConfig | None = None,
    ) -> None:
        super().__init__(
            query, mutation, types=types, execution_context_class=execution, config=config
        )
        self._max_cost = max_cost
        self._seconds = seconds
        self.known = lru_cache(CACHED)(
            partial(
                read_document,
                schema=core_schema_of(self),
                rules=(*specified_rules, *RULES, *rules),
                hide_suggestions=self.config.disable_field_suggestions,
            )
        )

    @override
    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        if not query:
            raise MissingQueryError
        try:
            known = self.known(query)
            operation = known.chosen(operation_name)
        except RefusedError as refused:
            return ExecutionResult(None, refused.errors)
        except Exception as error:  # noqa: BLE001  # the view knows what is whose fault
            return _failed(error)
        if operation is None:
            raise CannotGetOperationTypeError(operation_name)
        if allowed_operation_types is not None and operation.type not in allowed_operation_types:
            raise InvalidOperationTypeError(operation.type)
        run = partial(
            execute,
            core_schema_of(self),
            known.document,
            context_value=context_value,
            variable_values=variable_values,
            operation_name=operation_name,
            hide_suggestions=self.config.disable_field_suggestions,
            executor_class=self.execution_context_class,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it is such a test
        )
        try:
            return await self._within_limits(operation, variable_values or {}, run)
        except Exception as error:  # noqa: BLE001  # as above
            return _failed(error)

    async def _within_limits(
        self, operation: Operation, variables: dict[str, Any], run: Callable[[], Any]
    ) -> ExecutionResult:
        cost = operation.cost(variables)
        if cost > self._max_cost:
            raise QueryTooComplexError(cost, self._max_cost)
        # What changes something runs to its end: half an answer there is worse than a late one.
        with time_limit(self._seconds) if operation.is_query else nullcontext():
            result = await await_maybe(run())
        told = {"cost": {"requested": cost, "maximum": self._max_cost}}
        return ExecutionResult(result.data, result.errors, told)


def _failed(error: Exception) -> ExecutionResult:
    if not isinstance(error, GraphQLError):
        error = GraphQLError(str(error), original_error=error)
    return ExecutionResult(None, [error])
