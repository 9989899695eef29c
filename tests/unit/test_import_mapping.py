"""Mapping files: what may stand in one, and how a mistake is told."""

from pathlib import Path

import pytest

from app.aggregation.monoids import Aggregation
from app.errors import MappingError
from app.events.wire import EventInput, IdentifierInput
from app.importing.mapping import (
    DeclaredAttribute,
    EventTemplate,
    IdentifierTemplate,
    ImportMapping,
    TimeFormat,
    load_mapping,
)
from app.values import DataType

TOML = """
source = "shop"
empty = ["NA"]
delimiter = ";"
encoding = "latin-1"

[time]
format = "%d.%m.%Y"
zone = "Europe/Berlin"

[event]
type = "VIEW"
time = "{when}"
userId = "{who}"
identifiers = [{ type = "crm", value = "{crm}" }]

[event.context]
geo.city = "{city}"

[[attributes]]
name = "cities"
dataType = "STRING"
aggregation = "UNIQUE_LIST"
eventField = "geo.city"
"""
JSON = """
{"source": "shop", "empty": ["NA"], "delimiter": ";", "encoding": "latin-1",
 "time": {"format": "%d.%m.%Y", "zone": "Europe/Berlin"},
 "event": {"type": "VIEW", "time": "{when}", "userId": "{who}",
  "identifiers": [{"type": "crm", "value": "{crm}"}], "context": {"geo": {"city": "{city}"}}},
 "attributes": [{"name": "cities", "dataType": "STRING", "aggregation": "UNIQUE_LIST",
  "eventField": "geo.city"}]}
"""
MAPPING = ImportMapping(
    source="shop",
    empty=["NA"],
    delimiter=";",
    encoding="latin-1",
    time=TimeFormat(format="%d.%m.%Y", zone="Europe/Berlin"),
    event=EventTemplate(
        type="VIEW",
        time="{when}",
        user_id="{who}",
        identifiers=[IdentifierTemplate(type="crm", value="{crm}")],
        context={"geo": {"city": "{city}"}},
    ),
    attributes=[
        DeclaredAttribute(
            name="cities",
            data_type=DataType.STRING,
            aggregation=Aggregation.UNIQUE_LIST,
            event_field="geo.city",
        )
    ],
)


@pytest.mark.parametrize(("name", "text"), [("map.toml", TOML), ("map.JSON", JSON)])
def test_toml_and_json_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert load_mapping(path) == MAPPING


EVENT = '[event]\ntype = "VIEW"\ntime = "{t}"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[event]\n", "event: object missing required field `type`."),
        (EVENT + 'usrId = "{u}"\n', "event: object contains unknown field `usrId`."),
        (EVENT + "userId = 5\n", "event.userId: expected `str | null`, got `int`."),
        ('delimiter = "::"\n', "delimiter: expected `str` matching regex"),
        ('encoding = "utf-16"\n', "encoding: invalid enum value 'utf-16'."),
        (
            '[[attributes]]\nname = "x"\ndataType = "TEXT"\naggregation = "LAST"\n',
            "attributes[0].dataType: invalid enum value 'TEXT'.",
        ),
        (
            '[[attributes]]\nname = "x"\nkind = "SESSION"\n',
            "attributes[0].kind: invalid enum value 'SESSION'.",
        ),
        ("source = \n", "map.toml: invalid value"),
        ("source = '\xff'\n", "map.toml: "),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(MappingError) as refused:
        load_mapping(path)
    assert str(refused.value).startswith(message)


def test_a_mapping_file_is_known_by_its_ending(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as refused:
        load_mapping(tmp_path / "map.yaml")
    assert str(refused.value) == "map.yaml: a mapping file ends in .toml or .json."


def test_a_mapping_has_the_fields_of_an_event() -> None:
    assert set(EventTemplate.__struct_encode_fields__) == set(EventInput.__struct_encode_fields__)
    assert IdentifierTemplate.__struct_fields__ == IdentifierInput.__struct_fields__
