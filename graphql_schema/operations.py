"""Operations that are asked again and again are parsed and validated once.

Strawberry has an extension for each; the one for validation hashes the whole document, node by
node, each time it looks something up.
"""

from collections.abc import Iterator
from functools import lru_cache

from graphql import ASTValidationRule, DocumentNode, GraphQLError, GraphQLSchema, parse, validate
from strawberry.extensions import SchemaExtension
from typing_extensions import override

CACHED = 256
"""Operations that are kept: a front end has tens of them."""


class KnownOperations(SchemaExtension):
    """Looks the text of an operation up; what is no operation is left to be refused as usual."""

    @override
    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        try:
            known = _prepared(
                context.schema._schema,  # noqa: SLF001  # as Strawberry's own extensions do
                context.query or "",
                context.validation_rules,
                context.parse_options.get("max_tokens"),
            )
        except GraphQLError:
            pass
        else:
            context.graphql_document, errors = known
            context.pre_execution_errors = [*errors]
        yield


@lru_cache(CACHED)
def _prepared(
    schema: GraphQLSchema,
    text: str,
    rules: tuple[type[ASTValidationRule], ...],
    max_tokens: int | None,
) -> tuple[DocumentNode, list[GraphQLError]]:
    document = parse(text, max_tokens=max_tokens)
    return document, validate(schema, document, rules)
