"""Files stand only where an operation takes files: free JSON would carry them to the database."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLSchema,
    VariableDefinitionNode,
    get_nullable_type,
    type_from_ast,
)

from app.errors import UploadInvalidError
from app.uploads import BroughtVariables, Path

UPLOAD = "Upload"


def misplaced_uploads(
    schema: GraphQLSchema, variables: Iterable[VariableDefinitionNode], values: Mapping[str, Any]
) -> list[GraphQLError]:
    """An error for each file that stands where none is taken."""
    if not isinstance(values, BroughtVariables):
        return []
    declared = {one.variable.name.value: one for one in variables}
    return [
        GraphQLError(str(error), original_error=error)
        for path in values.paths
        if not _takes_file(schema, declared.get(path[0]), path)
        for error in [UploadInvalidError(f"no file is taken at variables.{'.'.join(path)}")]
    ]


def _takes_file(schema: GraphQLSchema, variable: VariableDefinitionNode | None, path: Path) -> bool:
    kind: Any = variable and type_from_ast(schema, variable.type)
    for key in path[1:]:
        kind = get_nullable_type(kind)
        if isinstance(kind, GraphQLList):
            kind = kind.of_type
        elif isinstance(kind, GraphQLInputObjectType) and key in kind.fields:
            kind = kind.fields[key].type
        else:
            return False
    return getattr(get_nullable_type(kind), "name", None) == UPLOAD
