"""Every condition and operator is generated, means something, is compiled and documented."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import Phase, find, settings
from hypothesis import strategies as st

from app.errors import FilterInvalidError
from app.events.filter import Operator
from app.segments import model
from app.segments.check import _KINDS, check_filter
from app.segments.operators import OPERATORS
from app.segments.resolve import EVERYBODY
from graphql_schema.schema import build_schema
from tests.properties import test_conditions, test_event_filters, test_members, test_performed

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text("utf-8")
SEARCHING = settings(max_examples=2000, database=None, deadline=None, phases=[Phase.generate])
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


@pytest.mark.parametrize("name", Operator)
def test_operator_of_events_is_documented(name: str) -> None:
    events = README.partition("## The API")[2].partition("### Events")[0]

    assert re.search(rf"`{name}`", events)


@pytest.mark.parametrize("name", OPERATORS)
def test_operator_stands_in_the_table_of_examples(name: str) -> None:
    examples = text("tests/graphql/test_lists.py")

    assert re.search(rf'attribute\("\w+", (?:\*\*{{)?"?{name}"?[=:]', examples)


@pytest.mark.parametrize("name", _KINDS)
def test_condition_stands_in_the_table_of_examples(name: str) -> None:
    examples = text("tests/graphql/test_lists.py") + text("tests/spec/test_segments.py")

    assert re.search(rf'{{"{name}":|\b{name}\("|= {name}\(', examples)


def parts(condition: model.Condition) -> Iterator[str]:
    """What a condition is made of."""
    yield type(condition).__name__
    match condition:
        case model.All(conditions=conditions) | model.Any(conditions=conditions):
            for one in conditions:
                yield from parts(one)
        case model.Not(condition=one) | model.InSegment(condition=one):
            yield from parts(one)
        case _:
            pass


def checked(raw: test_conditions.Raw) -> model.Condition:
    try:
        return check_filter(raw, test_conditions.FRAME)
    except FilterInvalidError:
        return EVERYBODY  # some operands fit no attribute


GENERATED: st.SearchStrategy[model.Condition] = st.one_of(
    test_members.conditions,
    test_conditions.filters.map(checked),
    test_performed.conditions.map(lambda raw: checked({"performed": raw})),
)


@pytest.mark.parametrize("name", CONDITIONS)
def test_condition_is_generated(name: str) -> None:
    assert name in parts(find(GENERATED, lambda one: name in parts(one), settings=SEARCHING))


@pytest.mark.parametrize("name", OPERATORS)
def test_operator_is_generated(name: str) -> None:
    generated = test_conditions.attribute_conditions()

    assert find(generated, lambda raw: name in raw["attribute"], settings=SEARCHING)


@pytest.mark.parametrize("name", Operator)
def test_operator_of_events_is_generated(name: Operator) -> None:
    generated = test_event_filters.conditions

    assert find(generated, lambda one: one.operator is name, settings=SEARCHING)
