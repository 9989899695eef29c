"""Documents as rows: flat dictionaries with one key per GraphQL field, made without I/O.

GraphQL reads a key of a dictionary an order of magnitude faster than it calls a resolver.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeGuard

from app.aggregation.monoids import Aggregation
from app.aggregation.reading import Reading, read
from app.aggregation.stored import load_state, load_value
from app.attributes.catalogue import Catalogue
from app.attributes.defaults import FRUSTRATIONS, datadog_user_attributes
from app.attributes.model import (
    AttributeDefinition,
    AttributeOrigin,
    Backfill,
    ProfileKind,
    ValueFormat,
)
from app.events.filter import SessionSpan
from app.events.model import EventType
from app.identity.model import Identifier
from app.ids import global_id
from app.segments.segment import CsvList, Definition, Segment, Source
from app.storage.client import Document
from app.values import country_names
from graphql_schema.enums import ProfileKind as GraphQLKind

Row: TypeAlias = dict[str, Any]

_FIELDS = datadog_user_attributes()


def profile_row(document: Document, catalogue: Catalogue) -> Row:
    """A user profile with its default attributes as keys."""
    values = Values(document, ProfileKind.USER, catalogue)
    return {
        "__typename": "Profile",
        "id": global_id("Profile", document["_id"]),
        "profile_id": document["_id"],
        "identifiers": [
            Identifier.from_key(key)._asdict() for key in document.get("identifiers", ())
        ],
        "created_at": document["created_at"],
        "updated_at": document["updated_at"],
        "values": values,
        "account_ids": sorted(document.get("accounts", ())),
        **{one.name: values.shown(one) for one in _FIELDS},
    }


def account_row(document: Document, catalogue: Catalogue) -> Row:
    """An account profile."""
    values = Values(document, ProfileKind.ACCOUNT, catalogue)
    return {
        "__typename": "Account",
        "id": global_id("Account", document["_id"]),
        "account_id": document["_id"],
        "name": values.value("account_name"),
        "first_seen": values.value("first_seen"),
        "last_seen": values.value("last_seen"),
        "created_at": document["created_at"],
        "updated_at": document["updated_at"],
        "values": values,
    }


def session_row(document: Document, catalogue: Catalogue) -> Row:
    """A session of one profile."""
    values = Values(document, ProfileKind.SESSION, catalogue)
    kinds = {kind: int(values.value(kind) or 0) for kind in FRUSTRATIONS}
    times = (values.value("started_at"), values.value("ended_at"))
    counts = ("view_count", "action_count", "error_count", "frustration_count")
    return {
        "__typename": "Session",
        "id": global_id("Session", document["_id"]),
        "session_id": document["session_id"],
        "span": SessionSpan(document["profile"], document["session_id"], *times),
        "started_at": times[0],
        "ended_at": times[1],
        "application": values.value("application"),
        "entry_page": values.value("entry_page"),
        "exit_page": values.value("exit_page"),
        **{name: int(values.value(name) or 0) for name in counts},
        "frustrations": frustration_rows(kinds),
    }


def frustration_rows(counts: Mapping[str, int]) -> list[Row]:
    """The kinds that happened, with how often."""
    return [{"type": kind, "count": counts[kind]} for kind in FRUSTRATIONS if counts[kind]]


def event_row(document: Document, _catalogue: Catalogue) -> Row:
    """An event; its free JSON stays as it is stored, and is decoded when it is asked for."""
    return {
        "__typename": "Event",
        "id": global_id("Event", document["_id"]),
        "event_id": document["_id"],
        "type": EventType(document["type"]),
        "name": document["name"],
        "time": document["time"],
        "received_at": document["received_at"],
        "session_id": document["session"],
        "account_id": document["account"],
        "profile_id": document.get("profile"),
        "stored": document,
    }


def collision_row(document: Document, _catalogue: Catalogue) -> Row:
    """A collision of identifiers."""
    identifier, about = document["identifier"], document["about"]
    return {
        "identifier": Identifier.from_key(identifier)._asdict(),
        "about": Identifier.from_key(about)._asdict(),
        "pair": (identifier, about),
        **{name: document[name] for name in ("found_at", "first_at", "last_at")},
    }


def definition_row(definition: AttributeDefinition) -> Row:
    """An attribute definition."""
    return {
        "__typename": "AttributeDefinition",
        "id": global_id("AttributeDefinition", definition.id),
        "definition_id": definition.id,
        "kind": GraphQLKind(definition.kind.value),
        "name": definition.name,
        "display_name": definition.display_name,
        "description": definition.description,
        "data_type": definition.data_type,
        "aggregation": definition.aggregation,
        "origin": definition.origin,
        "event_field": definition.source,
        "created_at": definition.created_at,
        "updated_at": definition.updated_at,
    }


def segment_row(segment: Segment) -> Row:
    """A saved segment."""
    return {
        "__typename": "Segment",
        "id": global_id("Segment", segment.id),
        "segment_id": segment.id,
        "kind": GraphQLKind(segment.kind.value),
        "name": segment.name,
        "description": segment.description,
        "version": segment.version,
        "definition": _definition(segment.source),
        "created_at": segment.created_at,
        "updated_at": segment.updated_at,
    }


def _definition(source: Source) -> object:
    match source:
        case Definition(condition=condition):
            return condition
        case CsvList(on=on):
            return {"list": {"on": on}}


def backfill_row(backfill: Backfill) -> Row:
    """The progress of a back-fill."""
    return {
        "state": backfill.state,
        "processed": backfill.processed,
        "total": backfill.total,
        "started_at": backfill.started_at,
        "finished_at": backfill.finished_at,
    }


class Values:
    """The attribute values of one document."""

    def __init__(self, document: Document, kind: ProfileKind, catalogue: Catalogue) -> None:
        self._stored: dict[str, Any] = document.get("attributes", {})
        self._kind = kind
        self._catalogue = catalogue

    def value(self, name: str) -> Any:  # noqa: ANN401  # of whatever type the attribute has
        """The value of a default attribute; None where there is none."""
        definition = self._catalogue.get(self._kind, name)
        return self._read(definition).value if self._has(definition) else None

    def shown(self, definition: AttributeDefinition) -> Any:  # noqa: ANN401  # of whatever type the attribute has
        """The value as its own field shows it: a country with its name."""
        stored = self._stored.get(definition.stored_as)
        if stored is None:
            return None
        value: Any = (
            load_value(stored["v"])  # hot: most are a first or a last value
            if definition.aggregation in (Aggregation.FIRST, Aggregation.LAST)
            else self._read(definition).value
        )
        if definition.value_format is ValueFormat.COUNTRY:
            return {"code": value, "name": country_names()[str(value)]}
        return value

    def row(self, name: str) -> Row | None:
        """The ``AttributeValue`` of this name."""
        definition = self._catalogue.get(self._kind, name)
        return self._row(definition) if self._has(definition) else None

    def rows(self, names: Iterable[str] | None) -> list[Row]:
        """The values of these attributes, or of all, in the order of the definitions."""
        wanted = None if names is None else set(names)
        return [
            self._row(one)
            for one in self._catalogue.of_kind(self._kind)
            if self._has(one) and (wanted is None or one.name in wanted)
        ]

    def _has(self, definition: AttributeDefinition | None) -> TypeGuard[AttributeDefinition]:
        return definition is not None and definition.stored_as in self._stored

    def _row(self, definition: AttributeDefinition) -> Row:
        reading = self._read(definition)
        return {
            "name": definition.name,
            "definition": definition_row(definition),
            "value": reading.value,
            "first": reading.first,
            "last": reading.last,
            "values": reading.entries
            and [{"value": one.value, "time": one.time} for one in reading.entries],
        }

    def _read(self, definition: AttributeDefinition) -> Reading:
        state = load_state(definition.aggregation, self._stored[definition.stored_as])
        return read(definition.aggregation, state)


def definition_rows(
    catalogue: Catalogue, kind: ProfileKind, origin: AttributeOrigin | None
) -> list[Row]:
    """The definitions of a kind, defaults first, then by age."""
    found = catalogue.of_kind(kind)
    return [definition_row(one) for one in found if origin in (None, one.origin)]


RowOf: TypeAlias = Callable[[Document, Catalogue], Row]
