"""All that is relied on of Strawberry and graphql-core though it is not public.

What compiled execution needs besides stands in ``graphql_schema.compiled.private``. Versions are
bounded in pyproject.toml; where ``tests/architecture/test_private.py`` fails after an upgrade, it
says which of these has changed.
"""

from typing import Any, Final

from cross_web import AsyncHTTPRequestAdapter, FormData, HTTPException, StarletteRequestAdapter
from graphql import GraphQLSchema, execute, parse, validate
from graphql.execution import Executor
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError, StrawberryInputCoercionError
from strawberry.execution import optimized_is_awaitable
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.name_converter import NameConverter
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as StockExecution
from strawberry.types.arguments import InputContext
from strawberry.utils.await_maybe import await_maybe

__all__ = [
    "CALLED",
    "OVERRIDDEN",
    "TOO_MANY_TOKENS",
    "AsyncHTTPRequestAdapter",
    "BaseSchema",
    "CannotGetOperationTypeError",
    "Executor",
    "FormData",
    "GraphQL",
    "GraphQLHTTPResponse",
    "GraphQLRequestData",
    "HTTPException",
    "InputContext",
    "InvalidOperationTypeError",
    "MissingQueryError",
    "NameConverter",
    "StarletteRequestAdapter",
    "StockExecution",
    "StrawberryInputCoercionError",
    "await_maybe",
    "core_schema_of",
    "optimized_is_awaitable",
]

TOO_MANY_TOKENS: Final = "Parsing aborted."
"""How graphql-core ends its message where a document is longer than it was told to read."""

OVERRIDDEN: Final[dict[type, dict[str, tuple[str, ...]]]] = {
    Schema: {
        "execute": (
            *("query", "variable_values", "context_value", "root_value", "operation_name"),
            *("allowed_operation_types", "operation_extensions"),
        ),
    },
    Executor: {
        "build": (
            *("schema", "document", "root_value", "context_value", "raw_variable_values"),
            "operation_name",
        ),
    },
    NameConverter: {"apply_naming_config": ("name",)},
    GraphQL: {
        "__call__": ("scope", "receive", "send"),
        "run": ("request", "context", "root_value"),
        "get_context": ("request", "response"),
        "get_sub_response": ("request",),
        "should_render_graphql_ide": ("request",),
        "parse_multipart": ("request",),
        "parse_http_body": ("request",),
        "parse_json": ("data",),
        "decode_json": ("data",),
        "encode_json": ("data",),
        "process_result": ("request", "result"),
        "create_response": ("response_data", "sub_response"),
    },
    StarletteRequestAdapter: {"get_form_data": ()},
}
"""Methods that are overridden, or called by what overrides them, and their first parameters."""

CALLED: Final[dict[Any, tuple[str, ...]]] = {
    execute: (
        *("context_value", "variable_values", "operation_name", "hide_suggestions"),
        *("executor_class", "is_awaitable"),
    ),
    parse: ("max_lexical_tokens", "max_comments"),
    validate: ("hide_suggestions",),
    GraphQLRequestData: ("query", "variables", "operation_name", "extensions"),
}
"""What is called, and the parameters that it is given by name."""


def core_schema_of(schema: Schema) -> GraphQLSchema:
    """The schema of graphql-core behind one of Strawberry's."""
    found: GraphQLSchema = schema._schema  # noqa: SLF001  # the public one is Strawberry's own
    return found
