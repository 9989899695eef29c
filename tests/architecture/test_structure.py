"""The folder tree tells the story, and imports keep to their direction."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SOURCES = [
    path.relative_to(PROJECT)
    for root in ("app", "graphql_schema", "migrations")
    for path in sorted((PROJECT / root).rglob("*.py"))
    if "node_modules" not in path.parts
]
VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "stuff"}


def test_imports_keep_to_their_direction() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_module_says_what_it_is_for(path: Path) -> None:
    text = (PROJECT / path).read_text("utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_names_say_what_a_thing_is(path: Path) -> None:
    tree = ast.parse((PROJECT / path).read_text("utf-8"))
    names = [*path.with_suffix("").parts, *declared(tree)]

    assert [name for name in names if VAGUE & set(words(name))] == []


def test_packages_say_what_they_are_for_and_nothing_else() -> None:
    for path in SOURCES:
        if path.name == "__init__.py":
            body = ast.parse((PROJECT / path).read_text("utf-8")).body
            assert [type(one) for one in body] == [ast.Expr], path


def declared(tree: ast.Module) -> Iterator[str]:
    """The names of all classes and functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def words(name: str) -> list[str]:
    """The words of a name in either case."""
    return [one.lower() for one in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)]
