"""Attribute values of a profile or an account, by name."""

from typing import Annotated

import strawberry

from graphql_schema.rows import Row

NameArgument = Annotated[str, strawberry.argument(description="The attribute's name.")]
NamesArgument = Annotated[
    list[str] | None, strawberry.argument(description="Only these, where they have a value.")
]


def read_value(root: strawberry.Parent[Row], name: NameArgument) -> Row | None:
    value: Row | None = root["values"].row(name)
    return value


def read_values(root: strawberry.Parent[Row], names: NamesArgument = None) -> list[Row]:
    values: list[Row] = root["values"].rows(names)
    return values
