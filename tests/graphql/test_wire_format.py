"""The inputs of the schema and the wire format that compiled code reads have the same fields."""

import msgspec
import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLSchema, Undefined
from msgspec import inspect

from app.events.wire import EventInput, IdentifierInput
from graphql_schema.coercion import Batch
from graphql_schema.schema import build_schema

INT = (-(2**31), 2**31 - 1)


@pytest.fixture
def schema() -> GraphQLSchema:
    """The schema as graphql-core has it."""
    return build_schema()._schema


def wire_type(kind: inspect.Type) -> str:
    """The GraphQL type that a type of the wire format stands for."""
    if isinstance(kind, inspect.AnyType):
        return "JSON"
    if isinstance(kind, inspect.UnionType):
        [one] = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        return _name(one)
    return f"{_name(kind)}!"


def _name(kind: inspect.Type) -> str:
    match kind:
        case inspect.ListType(item_type=item):
            name = f"[{wire_type(item)}]"
        case inspect.StructType(cls):
            name = "IngestEventsInput" if cls is Batch else cls.__name__
        case inspect.LiteralType():
            name = "EventType"
        case inspect.DateTimeType(tz=True):
            name = "DateTime"
        case inspect.IntType(ge=low, le=high) if (low, high) == INT:
            name = "Int"
        case inspect.StrType() | inspect.BoolType():
            name = {inspect.StrType: "String", inspect.BoolType: "Boolean"}[type(kind)]
        case _:
            raise AssertionError(kind)
    return name


@pytest.mark.parametrize(
    ("name", "struct"),
    [
        ("EventInput", EventInput),
        ("IdentifierInput", IdentifierInput),
        ("IngestEventsInput", Batch),
    ],
)
def test_input_has_the_fields_of_the_wire_format(
    schema: GraphQLSchema, name: str, struct: type[msgspec.Struct]
) -> None:
    declared = schema.type_map[name]
    assert isinstance(declared, GraphQLInputObjectType)
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)

    assert {field: str(one.type) for field, one in declared.fields.items()} == {
        field.encode_name: wire_type(field.type) for field in info.fields
    }
    assert info.forbid_unknown_fields


@pytest.mark.parametrize(
    ("name", "struct"),
    [
        ("EventInput", EventInput),
        ("IdentifierInput", IdentifierInput),
        ("IngestEventsInput", Batch),
    ],
)
def test_input_may_leave_out_what_the_wire_format_may(
    schema: GraphQLSchema, name: str, struct: type[msgspec.Struct]
) -> None:
    declared = schema.type_map[name]
    assert isinstance(declared, GraphQLInputObjectType)
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)

    defaults = {field: one.default_value for field, one in declared.fields.items()}
    assert defaults == {
        field.encode_name: Undefined if field.required else field.default for field in info.fields
    }


def test_event_types_are_those_of_the_wire_format(schema: GraphQLSchema) -> None:
    declared = schema.type_map["EventType"]
    assert isinstance(declared, GraphQLEnumType)
    info = inspect.type_info(EventInput)
    assert isinstance(info, inspect.StructType)
    [kind] = [field.type for field in info.fields if field.name == "type"]
    assert isinstance(kind, inspect.LiteralType)

    assert set(declared.values) == set(kind.values)
