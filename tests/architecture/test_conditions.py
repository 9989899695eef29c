"""Every condition and operator is generated, means something, is compiled and documented."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from app.segments import model
from app.segments.check import _KINDS
from app.segments.operators import OPERATORS
from graphql_schema.schema import build_schema

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text("utf-8")
CONDITIONS = [one.__name__ for one in get_args(model.Condition)]


def text(path: str) -> str:
    return (PROJECT / path).read_text("utf-8")


def fields(name: str) -> set[str]:
    """The fields of an input type."""
    return set(build_schema()._schema.type_map[name].fields)  # type: ignore[attr-defined]  # an input


def cases(path: str) -> set[str]:
    """The classes that the ``match`` statements of a module tell apart."""
    tree = ast.parse(text(path))
    return {
        node.cls.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Attribute)
    }


def test_filters_have_every_condition_that_is_checked() -> None:
    assert fields("ProfileFilter") == set(_KINDS)


def test_attribute_conditions_have_every_operator() -> None:
    assert fields("AttributeCondition") - {"name"} == set(OPERATORS)


@pytest.mark.parametrize("module", ["evaluate", "compile"])
def test_every_condition_has_a_meaning_and_a_filter(module: str) -> None:
    assert sorted(set(CONDITIONS) - cases(f"app/segments/{module}.py")) == []


@pytest.mark.parametrize("name", [*_KINDS, *OPERATORS])
def test_condition_or_operator_is_documented(name: str) -> None:
    segments = README.partition("### Finding people")[2].partition("### Error codes")[0]

    assert re.search(rf"`{name}`", segments)


@pytest.mark.parametrize("name", sorted({*fields("PerformedCondition"), *fields("StepInput")}))
def test_part_of_a_sequence_is_documented_and_generated(name: str) -> None:
    documented = README.partition("### Segments")[2].partition("### Error codes")[0]
    generated = text("tests/properties/test_performed.py")

    assert name == "event" or re.search(rf"`{name}|\b{name}:", documented)
    assert f'"{name}"' in generated


@pytest.mark.parametrize("name", CONDITIONS)
def test_condition_is_tried_with_generated_examples(name: str) -> None:
    generated = "".join(
        path.read_text("utf-8") for path in (PROJECT / "tests" / "properties").glob("test_*.py")
    )
    spec = text("tests/spec/test_segments.py") + text("tests/graphql/test_lists.py")
    known_as = {
        "HasValue": "exists",
        "AnyValue": "attribute_conditions",
        "OfAccount": '"account"',
        "Listed": "CsvList",
        "Performed": "Performed",
    }.get(name, name)

    assert known_as in generated or known_as in spec
