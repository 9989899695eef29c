"""The executable schema."""

from functools import lru_cache
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import DisableIntrospection
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from typing_extensions import override

from graphql_schema.coercion import CompiledCoercion
from graphql_schema.operations import KnownOperations
from graphql_schema.profiles import Profile
from graphql_schema.query import Mutation, Query
from graphql_schema.scalars import SCALARS
from graphql_schema.sessions import Session


def _read(row: Any, name: str) -> object:  # noqa: ANN401  # rows and the odd object of the library
    return row.get(name) if type(row) is dict else getattr(row, name)


class Schema(strawberry.Schema):
    """Leaves logging to the HTTP layer, which knows what is ours and what is the caller's."""

    @override
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing."""


@lru_cache(maxsize=2)
def build_schema(*, introspection: bool = True) -> Schema:
    """The schema; built once, since caches are kept by it."""
    return Schema(
        query=Query,
        mutation=Mutation,
        types=[Profile, Session],
        extensions=[KnownOperations] if introspection else [DisableIntrospection, KnownOperations],
        execution_context_class=CompiledCoercion,
        config=StrawberryConfig(
            default_resolver=_read,
            scalar_map=SCALARS,
            disable_field_suggestions=not introspection,
        ),
    )
