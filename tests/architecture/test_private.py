"""What the schema and its endpoint rely on of Strawberry and graphql-core is what it was.

Where a test here fails after an upgrade, read ``app/private.py`` against the new version: the
message says what has changed, and the module that imports it from there what it was for.
"""

import inspect
import re
import tomllib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, GraphQLSyntaxError, parse
from graphql.execution import ExecutionResult
from packaging.requirements import Requirement

from app import private
from app.private import CALLED, OVERRIDDEN, TOO_MANY_TOKENS, core_schema_of
from graphql_schema.schema import build_schema

ROOT = Path(__file__).parents[2]
PRIVATE_MODULES = re.compile(
    r"^from (graphql\.\w+|cross_web|strawberry\.(asgi|execution|exceptions|http|utils|schema"
    r"(?!\.config)|types\.arguments|types\.fields)[\w.]*) import",
    re.MULTILINE,
)


@pytest.mark.parametrize(
    ("owner", "method"),
    [(owner, method) for owner, methods in OVERRIDDEN.items() for method in methods],
)
def test_method_takes_what_it_took(owner: type, method: str) -> None:
    assert hasattr(owner, method), f"{owner.__name__} has no {method} any more"
    found = inspect.signature(getattr(owner, method)).parameters
    first = [one.lstrip("_") for one in found if one not in {"self", "cls"}]

    expected = list(OVERRIDDEN[owner][method])
    assert first[: len(expected)] == expected, f"{owner.__name__}.{method} has changed"


@pytest.mark.parametrize("called", CALLED)
def test_function_takes_what_it_is_given(called: Callable[..., Any]) -> None:
    missing = set(CALLED[called]) - set(inspect.signature(called).parameters)

    assert not missing, f"{called.__name__} does not take {missing} any more"


def test_schema_of_graphql_core_is_found() -> None:
    assert isinstance(core_schema_of(build_schema()), GraphQLSchema)


def test_document_that_is_too_long_is_told_from_one_with_a_mistake() -> None:
    with pytest.raises(GraphQLSyntaxError) as long:
        parse("{ a b c }", max_lexical_tokens=2)
    with pytest.raises(GraphQLSyntaxError) as wrong:
        parse("{ a b c")

    assert long.value.message.endswith(TOO_MANY_TOKENS), "it is told in other words now"
    assert not wrong.value.message.endswith(TOO_MANY_TOKENS)


async def test_values_of_variables_may_be_replaced_before_execution() -> None:
    schema = core_schema_of(build_schema())
    query = parse("query ($known: Boolean!) { __typename @include(if: $known) }")

    built = private.Executor.build(schema, query, raw_variable_values={"known": True})
    assert isinstance(built, private.Executor), built
    built.variable_values.coerced.update(known=False)

    assert built.execute_operation() == ExecutionResult({}, None), "they are kept elsewhere now"


@pytest.mark.parametrize("package", ["cross-web", "graphql-core", "strawberry-graphql"])
def test_versions_are_bounded(package: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    [bounds] = [
        one.specifier for one in map(Requirement, project["dependencies"]) if one.name == package
    ]

    assert version(package) in bounds
    assert "99.0" not in bounds


def test_what_is_not_public_is_imported_in_two_places_only() -> None:
    modules = [one for name in ("app", "graphql_schema") for one in (ROOT / name).rglob("*.py")]
    relying = [one for one in modules if PRIVATE_MODULES.search(one.read_text())]

    assert {str(one.relative_to(ROOT)) for one in relying} == {
        "app/private.py",
        "graphql_schema/compiled/private.py",
    }
