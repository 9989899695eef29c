"""What is relied on of graphql-core and Strawberry is there, and is what it was.

Where a test here fails after an upgrade, compiled execution no longer fits: read
``graphql_schema/compiled/private.py`` against the new version, or switch it off meanwhile.
"""

import inspect
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import GraphQLEnumType, GraphQLObjectType
from graphql.execution import Executor
from graphql.execution.collect_fields import CollectedFields, FieldDetails
from packaging.requirements import Requirement
from strawberry.extensions import SchemaExtension
from typing_extensions import override

from graphql_schema.compiled import private
from tests.compiled.garage import Colour, a_schema, ask, some_cars

SCHEMA = a_schema()
CAR = SCHEMA._schema.type_map["Car"]
PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.mark.parametrize("method", private.OVERRIDDEN)
def test_method_of_the_executor_takes_what_it_took(method: str) -> None:
    found = [one.lstrip("_") for one in inspect.signature(getattr(Executor, method)).parameters]

    assert found == ["self", *private.OVERRIDDEN[method]], f"Executor.{method} has changed"


def test_collected_fields_have_what_they_had() -> None:
    assert set(FieldDetails._fields) == {"node", "defer_usage", "fragment_variable_values"}
    assert set(CollectedFields._fields) >= {"grouped_field_set", "new_defer_usages"}


def test_strawberry_tells_what_it_made_a_field_of() -> None:
    assert isinstance(CAR, GraphQLObjectType)
    known = private.definition_of(CAR.fields["label"])

    assert known, "the definition behind a field is not found"
    assert known.python_name == "label"
    assert private.strawberry_schema_of(SCHEMA._schema) is SCHEMA


def test_default_resolvers_are_told_from_others() -> None:
    assert isinstance(CAR, GraphQLObjectType)

    assert private.has_default_resolver(CAR.fields["name"]), "no field is compiled any more"
    assert not private.has_default_resolver(CAR.fields["slow"])


def test_enum_tells_its_members() -> None:
    colour = SCHEMA._schema.type_map["Colour"]
    assert isinstance(colour, GraphQLEnumType)

    assert list(private.members_of(colour)) == list(Colour)


async def test_info_of_a_resolver_tells_all_that_is_selected() -> None:
    seen: list[Any] = []

    @strawberry.type
    class Query:
        @strawberry.field
        def name(self, info: strawberry.Info, number: int) -> str:  # noqa: ARG002
            seen.append(private.raw_info(info))
            return "n"

    query = "query ($one: Int!) { ...F } fragment F on Query { name(number: $one) }"
    await strawberry.Schema(Query).execute(query, {"one": 1})

    assert [one.name.value for one in seen[0].field_nodes] == ["name"]
    assert list(seen[0].fragments) == ["F"]
    assert private.variables_of(seen[0]) == {"one": 1}


async def test_execution_tells_who_watches() -> None:
    watched: list[bool] = []

    class Asks(private.StockExecution):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)
            watched.append(private.is_watched(self))

    class Watches(SchemaExtension):
        @override
        def resolve(self, _next: Any, root: Any, info: Any, *args: str, **kwargs: Any) -> Any:
            return _next(root, info, *args, **kwargs)

    for extensions in ([], [Watches]):
        schema = a_schema(*extensions)
        schema.execution_context_class = Asks
        await ask(schema, "{ cars { name } }", some_cars(1))

    assert watched == [False, True]


@pytest.mark.parametrize("package", ["graphql-core", "strawberry-graphql"])
def test_versions_are_bounded(package: str) -> None:
    declared = map(Requirement, tomllib.loads(PYPROJECT.read_text())["project"]["dependencies"])
    [bounds] = [one.specifier for one in declared if one.name == package]

    assert version(package) in bounds
    assert "99.0" not in bounds
