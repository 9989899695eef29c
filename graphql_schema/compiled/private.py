"""All that is relied on here of graphql-core and Strawberry though it is not public.

Their versions are bounded in pyproject.toml; where ``tests/compiled/test_private.py`` fails after
an upgrade, it says which of these has changed. Until that is mended, compiled execution can be
switched off: leave ``CompiledExecution`` away.
"""

from collections.abc import Iterable
from typing import Any

from graphql import FieldNode, GraphQLEnumType, GraphQLField, GraphQLResolveInfo, GraphQLSchema
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList, GroupedFieldSet
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry import Schema
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as StockExecution
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types import Info
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

__all__ = [
    "OVERRIDDEN",
    "CollectedFields",
    "FieldDetailsList",
    "GroupedFieldSet",
    "Path",
    "StockExecution",
    "StrawberryResolver",
    "convert_arguments",
    "definition_of",
    "get_argument_values",
    "has_default_resolver",
    "info_of",
    "is_watched",
    "members_of",
    "raw_info",
    "strawberry_schema_of",
    "variables_of",
]

OVERRIDDEN = {
    "collect_subfields": ("return_type", "field_details_list"),
    "complete_list_value": (
        *("return_type", "field_details_list", "info", "path", "result"),
        "position_context",
    ),
    "execute_fields": (
        *("parent_type", "source_value", "path", "grouped_field_set"),
        "position_context",
    ),
}
"""The methods of the executor that are overridden, and their parameters."""


def definition_of(field: GraphQLField) -> StrawberryField | None:
    """What Strawberry knows of a field."""
    found: StrawberryField | None = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return found


def has_default_resolver(field: GraphQLField) -> bool:
    """Whether a basic field is left to the schema's default resolver."""
    return bool(getattr(field.resolve, "_is_default", False))


def members_of(kind: GraphQLEnumType) -> Iterable[object]:
    """The members of the Python enum behind an enum; none where there is no such."""
    return getattr(kind, "wrapped_cls", None) or ()


def strawberry_schema_of(schema: GraphQLSchema) -> Schema:
    """The schema that Strawberry made it of."""
    found: Schema = schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001  # the only link back
    return found


def info_of(
    raw: GraphQLResolveInfo[Any], definition: StrawberryField, nodes: list[FieldNode]
) -> Info[Any, Any]:
    """Strawberry's info for a resolver of this field, which stands at these nodes."""
    return Info(_raw_info=raw._replace(field_nodes=nodes), _field=definition)


def raw_info(info: Any) -> GraphQLResolveInfo[Any]:  # noqa: ANN401  # Strawberry's, of any context
    """graphql-core's own info, which has the fragments."""
    found: GraphQLResolveInfo[Any] = info._raw_info  # noqa: SLF001  # the public one takes ten times as long
    return found


def variables_of(info: GraphQLResolveInfo[Any]) -> dict[str, Any]:
    """The coerced variables; Strawberry puts them there as they are, without their sources."""
    found: dict[str, Any] = info.variable_values  # type: ignore[assignment]  # see above
    return found


def is_watched(execution: StockExecution) -> bool:
    """Whether a middleware or an extension wants to see every field."""
    manager = execution.middleware_manager
    return bool(manager and manager.middlewares)
