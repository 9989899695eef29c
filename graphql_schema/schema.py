"""The executable schema."""

from functools import lru_cache, partial

import strawberry
from graphql import GraphQLError, NoSchemaIntrospectionCustomRule
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from typing_extensions import override

from app.settings import MAX_QUERY_COST, QUERY_TIMEOUT_SECONDS
from graphql_schema.coercion import CompiledCoercion
from graphql_schema.compiled.executor import CompiledExecution
from graphql_schema.compiled.shapes import read_key
from graphql_schema.events import Event
from graphql_schema.operations import LimitedOperations, Operations
from graphql_schema.profiles import Profile
from graphql_schema.query import Mutation, Query
from graphql_schema.scalars import SCALARS
from graphql_schema.sessions import Session


class Execution(CompiledCoercion, CompiledExecution):
    """Both ends of an operation are compiled: the batches it brings, the rows it is answered."""


class Schema(strawberry.Schema):
    """Leaves logging to the HTTP layer, which knows what is ours and what is the caller's."""

    @override
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing."""


@lru_cache(maxsize=4)
def build_schema(
    *,
    introspection: bool = True,
    compiled: bool = True,
    max_cost: int = MAX_QUERY_COST,
    seconds: float = QUERY_TIMEOUT_SECONDS,
) -> Schema:
    """The schema; built once, since caches are kept by it."""
    rules = () if introspection else (NoSchemaIntrospectionCustomRule,)
    operations = Operations(max_cost=max_cost, seconds=seconds, rules=rules)
    return Schema(
        query=Query,
        mutation=Mutation,
        types=[Profile, Session, Event],
        extensions=[partial(LimitedOperations, operations)],
        execution_context_class=Execution if compiled else CompiledCoercion,
        config=StrawberryConfig(
            default_resolver=read_key,
            scalar_map=SCALARS,
            disable_field_suggestions=not introspection,
        ),
    )
