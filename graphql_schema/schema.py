"""The executable schema."""

from functools import cache, lru_cache

from graphql import NoSchemaIntrospectionCustomRule
from strawberry.schema.config import StrawberryConfig
from typing_extensions import override

from app.private import NameConverter
from app.settings import MAX_QUERY_COST, QUERY_TIMEOUT_SECONDS
from graphql_schema.coercion import CompiledCoercion
from graphql_schema.compiled.declaring import read_key
from graphql_schema.compiled.executor import CompiledExecution
from graphql_schema.events import Event
from graphql_schema.operations import LimitedSchema
from graphql_schema.profiles import Profile
from graphql_schema.query import Mutation, Query
from graphql_schema.scalars import SCALARS
from graphql_schema.sessions import Session


class KnownNames(NameConverter):
    """Strawberry asks for the name of every argument each time that it converts one."""

    @override
    @cache  # noqa: B019  # schemas and their converters stay
    def apply_naming_config(self, name: str) -> str:
        return super().apply_naming_config(name)


class Execution(CompiledCoercion, CompiledExecution):
    """Both ends of an operation are compiled: the batches it brings, the rows it is answered."""


@lru_cache(maxsize=4)
def build_schema(
    *,
    introspection: bool = True,
    compiled: bool = True,
    max_cost: int = MAX_QUERY_COST,
    seconds: float = QUERY_TIMEOUT_SECONDS,
) -> LimitedSchema:
    """The schema; built once, since caches are kept by it."""
    return LimitedSchema(
        Query,
        Mutation,
        max_cost=max_cost,
        seconds=seconds,
        rules=() if introspection else (NoSchemaIntrospectionCustomRule,),
        types=[Profile, Session, Event],
        execution=Execution if compiled else CompiledCoercion,
        config=StrawberryConfig(
            default_resolver=read_key,
            scalar_map=SCALARS,
            name_converter=KnownNames(),
            disable_field_suggestions=not introspection,
        ),
    )
