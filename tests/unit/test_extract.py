"""Which values an event carries for which attributes."""

from itertools import groupby
from operator import itemgetter
from typing import Any

import pytest

from app.aggregation.monoids import Aggregation
from app.aggregation.stamps import Stamped, tie_break
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, AttributeOrigin, ProfileKind
from app.events.extract import Refusal, extract
from app.values import DataType
from tests.building import T, an_accepted_event, at

TIE = tie_break("e1", None)


def an_attribute(
    name: str,
    source: str | None,
    data_type: DataType = DataType.STRING,
    kind: ProfileKind = ProfileKind.USER,
    since: int = 1,
) -> AttributeDefinition:
    return AttributeDefinition(
        kind=kind,
        name=name,
        display_name=name,
        data_type=data_type,
        aggregation=Aggregation.LIST,
        origin=AttributeOrigin.CUSTOM,
        source=source,
        created_at=T,
        updated_at=T,
        since=since,
    )


def only(*definitions: AttributeDefinition) -> Catalogue:
    return Catalogue(9, definitions, defaults=())


def extracted(catalogue: Catalogue, **fields: Any) -> list[tuple[tuple[str, ...], list[Stamped]]]:
    """The names of the attributes and the values of each feed."""
    found = extract(an_accepted_event("e1", 10, **fields), catalogue)
    assert found.refused == []
    return [
        (feed.names, [stamped for _, stamped in values])
        for feed, values in groupby(found.values, key=itemgetter(0))
    ]


def one(value: object, position: int = 0) -> Stamped:
    return Stamped(at(10), TIE + position, value)  # type: ignore[arg-type]  # values of the rows


@pytest.mark.parametrize(
    ("source", "fields", "value"),
    [
        ("properties.x", {"properties": {"x": "a"}}, "a"),
        ("properties.x.y", {"properties": {"x": {"y": "a"}}}, "a"),
        ("properties.x.y", {"properties": {"x.y": "a"}}, "a"),
        ("properties.x.y.z", {"properties": {"x": {"y.z": "a"}}}, "a"),
        ("properties.x.y.z", {"properties": {"x.y": {"z": "a"}}}, "a"),
        ("user.email", {"user": {"email": "a"}}, "a"),
        ("account.plan", {"account": {"plan": "a"}}, "a"),
        ("context.geo.city", {"context": {"geo": {"city": "a"}}}, "a"),
        ("event.name", {"name": "a"}, "a"),
        ("event.page", {"name": "a", "type": "VIEW"}, "a"),
        ("event.views", {"type": "VIEW"}, "1"),
        ("event.actions", {"type": "ACTION"}, "1"),
        ("event.errors", {"type": "ERROR"}, "1"),
        ("event.rage_click", {"properties": {"frustration": ["rage_click"] * 2}}, "2"),
        ("identity.user_id", {"user_id": "u1"}, "u1"),
    ],
)
def test_field_feeds_the_attribute(source: str, fields: dict[str, Any], value: str) -> None:
    assert extracted(only(an_attribute("x", source)), **fields) == [(("x",), [one(value)])]


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"x": None},
        {"x": []},
        {"x": [None]},
        {"y": "a"},
        {"X": "a"},
        {"x.y": "a"},
        {"": "a"},
        {".": "a"},
        {".x": "a"},
    ],
)
def test_other_fields_and_nulls_feed_nothing(properties: dict[str, Any]) -> None:
    assert extracted(only(an_attribute("x", "properties.x")), properties=properties) == []


def test_object_on_the_way_is_looked_into_and_anything_else_is_not() -> None:
    catalogue = only(an_attribute("x", "properties.a.b"))

    for way in ("text", 5, ["b"], [{"b": 1}], True):
        assert extracted(catalogue, properties={"a": way}) == []


def test_values_of_an_array_keep_their_positions() -> None:
    catalogue = only(an_attribute("x", "properties.x"))

    found = extracted(catalogue, properties={"x": ["a", None, "b"]})

    assert found == [(("x",), [one("a"), one("b", position=2)])]


def test_attributes_of_one_field_and_type_share_its_value() -> None:
    catalogue = only(
        an_attribute("x", "account.plan"),
        an_attribute("y", "account.plan"),
        an_attribute("z", "account.plan", kind=ProfileKind.ACCOUNT),
    )

    assert extracted(catalogue, account={"plan": "pro"}) == [(("x", "y", "z"), [one("pro")])]


def test_value_that_does_not_fit_is_refused_for_all_that_it_feeds() -> None:
    catalogue = only(
        an_attribute("x", "properties.n", DataType.NUMBER),
        an_attribute("y", "properties.n", DataType.NUMBER),
        an_attribute("z", "properties.z"),
    )

    found = extract(an_accepted_event("e1", 10, properties={"n": "abc", "z": "fine"}), catalogue)

    assert found.refused == [Refusal("e1", ("x", "y"), '"abc" is not a number.')]
    assert [stamped for _, stamped in found.values] == [one("fine")]


def test_attribute_without_a_source_is_fed_by_nothing() -> None:
    assert extracted(only(an_attribute("x", None)), properties={"x": "a"}) == []


def test_older_version_of_the_catalogue_has_the_older_definitions() -> None:
    newest = Catalogue(
        2, [an_attribute("x", "properties.x"), an_attribute("y", "properties.y", since=2)]
    )
    versions = [newest.at(version) for version in (0, 1, 2, 3)]

    found = [
        [bool(version.get(ProfileKind.USER, name)) for name in ("email", "x", "y")]
        for version in versions
    ]
    assert found == [[True, False, False], [True, True, False], [True] * 3, [True] * 3]
    assert versions[3] is newest
