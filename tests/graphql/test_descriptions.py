"""The schema explains itself: everything that a client sees has a description."""

from collections.abc import Iterator

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    is_introspection_type,
    is_specified_scalar_type,
)

from graphql_schema.schema import build_schema

Described = tuple[str, str | None]


def ours() -> Iterator[GraphQLNamedType]:
    """The types that the specification does not bring along."""
    for kind in build_schema()._schema.type_map.values():
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind):
            yield kind


def described(kind: GraphQLNamedType) -> Iterator[Described]:
    """A type, its fields and their arguments, each with its description."""
    yield kind.name, kind.description
    if isinstance(kind, GraphQLInputObjectType):
        for name, input_field in kind.fields.items():
            yield f"{kind.name}.{name}", input_field.description
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in kind.fields.items():
            yield f"{kind.name}.{name}", field.description
            for argument, one in field.args.items():
                yield f"{kind.name}.{name}({argument}:)", one.description


def test_every_type_field_and_argument_has_a_description() -> None:
    things = [thing for kind in ours() for thing in described(kind)]

    assert len(things) > 200
    assert [name for name, description in things if not (description or "").strip()] == []
