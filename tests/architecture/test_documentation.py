"""What the README promises to document is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLObjectType
from typer.main import get_command

from app.cli import app as command_line
from app.errors import ProfileGraphError
from app.settings import Settings
from graphql_schema.schema import build_schema

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text("utf-8")
COMMANDS = get_command(command_line).commands  # type: ignore[attr-defined]  # a group, as there are several
CODES_WITHOUT_AN_ERROR = (
    "TIME_CORRECTED",
    "CONFLICTING_DUPLICATE",
    "GRAPHQL_SYNTAX",
    "GRAPHQL_INVALID",
    "GRAPHQL_REQUEST",
    "HTTP_REQUEST",
)


def codes(error: type[ProfileGraphError] = ProfileGraphError) -> Iterator[str]:
    """The codes of an error and of all that are more special."""
    yield error.code
    for one in error.__subclasses__():
        yield from codes(one)


def operations(root: str) -> list[str]:
    """The fields of a root type."""
    found = build_schema()._schema.type_map[root]
    assert isinstance(found, GraphQLObjectType)
    return list(found.fields)


def options() -> list[str]:
    """Every option of every command."""
    found = [option for one in COMMANDS.values() for param in one.params for option in param.opts]
    return [option for option in found if option.startswith("--")]


@pytest.mark.parametrize("name", [one.upper() for one in Settings.model_fields])
def test_setting_is_documented(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("field", Settings.model_fields)
def test_setting_is_described_where_it_is_declared(field: str) -> None:
    assert Settings.model_fields[field].description


@pytest.mark.parametrize("code", sorted({*codes(), *CODES_WITHOUT_AN_ERROR}))
def test_error_code_is_documented(code: str) -> None:
    assert f"`{code}`" in README


def test_error_tree_is_drawn_as_it_is() -> None:
    drawing = (PROJECT / "app" / "errors.py").read_text("utf-8").partition('"""')[2]
    drawn = set(re.findall(r"\b([A-Z]\w+Error)\b", drawing.partition("Each class takes")[0]))

    assert drawn == {ProfileGraphError.__name__, *(one.__name__ for one in family())}


def family(error: type[ProfileGraphError] = ProfileGraphError) -> Iterator[type[ProfileGraphError]]:
    """Every more special error."""
    for one in error.__subclasses__():
        yield one
        yield from family(one)


@pytest.mark.parametrize("name", [*operations("Query"), *operations("Mutation")])
def test_operation_is_documented_and_has_an_example(name: str) -> None:
    examples = (PROJECT / "app" / "web" / "graphiql" / "examples").glob("*.graphql")
    assert f"`{name}`" in README
    assert any(re.search(rf"\b{name}\b", one.read_text("utf-8")) for one in examples)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_documented(name: str) -> None:
    assert f"profilegraph {name}" in README


@pytest.mark.parametrize("option", options())
def test_option_is_documented(option: str) -> None:
    assert option in README


def test_readme_links_to_what_is_there() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    headings = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}

    assert [one for one in targets if not (PROJECT / one).exists()] == []
    assert [one for one in re.findall(r"\]\(#([^)]+)\)", README) if one not in anchors] == []
