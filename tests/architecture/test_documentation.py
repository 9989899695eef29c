"""What the README promises to document is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_schema

from app.cli import app as command_line
from app.errors import ProfileGraphError
from app.settings import Settings
from graphql_schema.schema import build_schema as build

README = Path("README.md").read_text("utf-8")
EVENT_CODES = ("TIME_CORRECTED", "CONFLICTING_DUPLICATE")


def codes(error: type[ProfileGraphError] = ProfileGraphError) -> Iterator[str]:
    yield error.code
    for one in error.__subclasses__():
        yield from codes(one)


def operations(root: str) -> list[str]:
    found = build_schema(build().as_str()).type_map[root]
    assert isinstance(found, GraphQLObjectType)
    return list(found.fields)


@pytest.mark.parametrize("name", [one.upper() for one in Settings.model_fields])
def test_setting_is_documented(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("code", sorted({*codes(), *EVENT_CODES}))
def test_error_code_is_documented(code: str) -> None:
    assert f"`{code}`" in README


@pytest.mark.parametrize("name", [*operations("Query"), *operations("Mutation")])
def test_operation_is_documented_and_has_an_example(name: str) -> None:
    examples = Path("app/web/graphiql/examples").glob("*.graphql")
    assert f"`{name}`" in README
    assert any(re.search(rf"\b{name}\b", one.read_text("utf-8")) for one in examples)


def test_every_command_is_documented() -> None:
    commands = [one.name for one in command_line.registered_commands]
    named = [name or "serve" for name in commands]
    assert [name for name in named if f"profilegraph {name}" not in README] == []
