"""The mapping file: which column of a CSV file becomes which field of an event.

Every text in ``[event]`` is a template (``app.importing.templates``): ``"{InvoiceNo}"`` is a
column, ``"order_line"`` a constant, ``"shop-{row}"`` both, ``"{Quantity * UnitPrice}"`` an exact
product. A template with an empty cell gives nothing. For NDJSON, whose lines are events already,
a mapping may name the source and declare attributes.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from app.aggregation.monoids import Aggregation
from app.errors import MappingError
from app.values import DataType


class _Declared(
    msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """What may stand in a mapping file; an unknown key is an error, not a silent nothing."""


class IdentifierTemplate(_Declared, frozen=True):
    """A typed identifier."""

    type: str
    value: str


class EventTemplate(_Declared, frozen=True):
    """The fields of ``EventInput``, as templates.

    Objects nest as in an event: ``context.geo.city = "{City}"``.
    """

    type: str
    time: str
    id: str | None = None
    name: str | None = None
    sequence: str | None = None
    user_id: str | None = None
    cookie_id: str | None = None
    identifiers: list[IdentifierTemplate] | None = None
    anonymous_tracking: bool | str | None = None
    user: dict[str, Any] | None = None
    account: dict[str, Any] | None = None
    session_id: str | None = None
    context: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None


class TimeFormat(_Declared, frozen=True):
    """How times are written: ``iso``, ``epoch`` (seconds), ``epoch_ms``, or a strptime pattern.

    ``zone`` is the IANA time zone of times that name no offset.
    """

    format: str = "iso"
    zone: str = "UTC"


class DeclaredAttribute(_Declared, frozen=True):
    """A custom attribute that the events feed; created first where it is missing."""

    name: str
    data_type: DataType
    aggregation: Aggregation
    kind: Literal["USER", "ACCOUNT"] = "USER"
    display_name: str | None = None
    description: str | None = None
    event_field: str | None = None


class ImportMapping(_Declared, frozen=True):
    """A whole mapping file.

    ``source`` names the data and is part of derived ids; ``empty`` lists what stands in a cell
    that has nothing to say, such as ``NA``.
    """

    source: Annotated[str, msgspec.Meta(max_length=100)] = ""
    event: EventTemplate | None = None
    time: TimeFormat = TimeFormat()
    empty: list[str] = []
    delimiter: Annotated[str, msgspec.Meta(pattern=r'^[^"\r\n]$')] = ","
    encoding: Literal["utf-8", "latin-1", "windows-1252"] = "utf-8"
    attributes: list[DeclaredAttribute] = []


def load_mapping(path: Path) -> ImportMapping:
    """The mapping that a TOML or JSON file holds; what cannot be used is named."""
    try:
        match path.suffix.lower():
            case ".toml":
                return msgspec.toml.decode(path.read_bytes(), type=ImportMapping)
            case ".json":
                return msgspec.json.decode(path.read_bytes(), type=ImportMapping)
            case _:
                raise MappingError(path.name, "a mapping file ends in .toml or .json")
    except (msgspec.MsgspecError, UnicodeDecodeError) as invalid:
        raise _located(invalid, path) from invalid


def _located(invalid: Exception, path: Path) -> MappingError:
    """msgspec says ``problem - at `$.event.time` ``: the place becomes the subject."""
    problem, _, place = str(invalid).partition(" - at `$")
    where = place.rstrip("`").lstrip(".") or path.name
    return MappingError(where, problem[:1].lower() + problem[1:])
