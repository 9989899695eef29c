"""What we know as rows: dictionaries that GraphQL reads by key or by path, made without I/O.

A key is read an order of magnitude faster than a resolver is called. Aggregated documents are not
taken apart: their rows hold them as they are, and fields say where in them they stand.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from app.access.model import EventSource
from app.attributes.catalogue import Catalogue
from app.attributes.defaults import FRUSTRATIONS, default_attributes
from app.attributes.model import (
    AttributeDefinition,
    AttributeOrigin,
    Backfill,
    ProfileKind,
)
from app.events.model import EventType
from app.identity.model import Identifier
from app.ids import global_id
from app.profiles.compile import value_paths
from app.segments.segment import CsvList, Definition, Segment, Source
from app.storage.client import Document
from app.values import country_names
from graphql_schema.compiled.declaring import Path
from graphql_schema.enums import ProfileKind as GraphQLKind

Row: TypeAlias = dict[str, Any]


def profile_row(document: Document, catalogue: Catalogue) -> Row:
    """A user profile; its fields are read from the document, where they are asked for."""
    return _of_document("Profile", document, catalogue)


def broken_row(document: Document, catalogue: Catalogue) -> Row:
    """A broken profile, as it was."""
    fields = ("reason", "removed_at", "identifier_count", "bytes", "created_at", "updated_at")
    return {
        **_of_document("BrokenProfile", document, catalogue),
        **{name: document[name] for name in fields},
    }


def broken_account_row(document: Document, catalogue: Catalogue) -> Row:
    """A broken account, as it was."""
    fields = ("reason", "removed_at", "account", "bytes", "created_at", "updated_at")
    return {
        **_of_document("BrokenAccount", document, catalogue),
        **{name: document[name] for name in fields},
    }


def erasure_row(document: Document, _catalogue: Catalogue) -> Row:
    """That somebody was erased."""
    return {
        "__typename": "Erasure",
        "id": global_id("Erasure", document["_id"]),
        "requested_at": document["requested_at"],
        "finished_at": document.get("finished_at"),
        "identifier_count": len(document["hashes"]),
    }


def account_row(document: Document, catalogue: Catalogue) -> Row:
    """An account profile."""
    return _of_document("Account", document, catalogue)


def session_row(document: Document, catalogue: Catalogue) -> Row:
    """A session of one profile."""
    return _of_document("Session", document, catalogue)


def _of_document(typename: str, document: Document, catalogue: Catalogue) -> Row:
    return {
        "__typename": typename,
        "id": global_id(typename, document["_id"]),
        "document": document,
        "catalogue": catalogue,
    }


def default_path(kind: ProfileKind, name: str) -> Path:
    """Where a row of a document has what a default attribute shows."""
    definition = _DEFAULTS[kind, name]
    return ("document", *value_paths(definition)[-1].split("."))


_DEFAULTS = {(one.kind, one.name): one for one in default_attributes()}


@cache  # there are 249 of them
def country_row(code: str) -> Row | None:
    """A country, by its code."""
    return {"code": code, "name": country_names()[code]} if code else None


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


def event_source_row(source: EventSource) -> Row:
    """A source; its write key is nowhere to be read."""
    return {
        "__typename": "EventSource",
        "id": global_id("EventSource", source.id),
        "name": source.name,
        "kind": source.kind,
        "policy": source.policy,
        "origins": list(source.origins),
        "rate": source.rate,
        "burst": source.burst,
        "traits_become_attributes": source.traits_become_attributes,
        "created_at": source.created_at,
        "updated_at": source.updated_at,
        "revoked_at": source.revoked_at,
    }


def segment_row(segment: Segment) -> Row:
    """A saved segment."""
    return {
        "__typename": "Segment",
        "id": global_id("Segment", segment.id),
        "segment": segment,
        "kind": GraphQLKind(segment.kind.value),
        "name": segment.name,
        "description": segment.description,
        "version": segment.version,
        "definition": _definition(segment.source),
        "refresh_every": segment.refreshing.every,
        "refreshed_at": segment.refreshing.last and segment.refreshing.last.at,
        "history_since": segment.refreshing.last and segment.refreshing.last.since,
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


def definition_rows(
    catalogue: Catalogue, kind: ProfileKind, origin: AttributeOrigin | None
) -> list[Row]:
    """The definitions of a kind, defaults first, then by age."""
    found = catalogue.of_kind(kind)
    return [definition_row(one) for one in found if origin in (None, one.origin)]


RowOf: TypeAlias = Callable[[Document, Catalogue], Row]
