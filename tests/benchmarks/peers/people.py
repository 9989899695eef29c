"""The people on the page, and all that a server needs to know to show them.

Every server reads the same documents, by the same command: what differs is what it makes of them.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import bson
from bson.codec_options import CodecOptions

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, ProfileKind
from app.profiles.read_repository import WRITTEN
from app.services import compose
from app.settings import Settings
from app.storage.client import Database, Document
from app.values import country_names
from tests.benchmarks.events import batch

ROWS: Final = 100
_PEOPLE = 120  # so that there is a next page
_EVENTS_EACH = 3

_ENDS = (
    *("SeenApplication", "City", "Region", "DeviceType"),
    *("OsName", "OsVersion", "BrowserName", "BrowserVersion"),
)
TEXTS: Final = (
    *("userId", "email", "name"),
    *(f"{end}{one}" for one in _ENDS for end in ("first", "last")),
)
"""Fields of a profile that are texts, as GraphQL calls them."""

FIELDS: Final = 25
QUERIES: Final = {
    "fields": f"""query Fields($first: Int!) {{
  profiles(first: $first) {{
    pageInfo {{ hasNextPage }}
    nodes {{
      id createdAt updatedAt firstSeen lastSeen lastSeenCountry {{ name }}
      {" ".join(TEXTS)}
    }}
  }}
}}""",
    "attributes": """query Attributes($first: Int!, $names: [String!]!) {
  profiles(first: $first) {
    pageInfo { hasNextPage }
    nodes { id attributes(names: $names) { name value definition { dataType } } }
  }
}""",
}
"""Pages of 100 profiles: 25 fields of each, and 25 attribute objects of each."""


def stored(name: str) -> str:
    """The attribute of a field: ``firstOsName`` is ``first_os_name``."""
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name)


NAMES: Final = (
    *map(stored, TEXTS),
    *("first_seen", "last_seen", "first_seen_country", "last_seen_country"),
    *("source", "total_revenue"),
)
assert len(NAMES) == FIELDS

FILTER: Final = WRITTEN
SORT: Final = {"_id": -1}


def variables(query: str) -> dict[str, object]:
    """The variables of a query."""
    return {"first": ROWS} | ({"names": NAMES} if query == "attributes" else {})


def projection(query: str) -> dict[str, int]:
    """What of a document the answer is made of."""
    names = NAMES if query == "attributes" else (*map(stored, TEXTS), *_OTHERS)
    fields = () if query == "attributes" else ("created_at", "updated_at")
    return dict.fromkeys((*fields, *map(_path, _definitions(names))), 1)


_OTHERS = ("first_seen", "last_seen", "last_seen_country")


def _definitions(names: Iterable[str]) -> list[AttributeDefinition]:
    wanted = set(names)
    return [one for one in Catalogue().of_kind(ProfileKind.USER) if one.name in wanted]


def _path(definition: AttributeDefinition) -> str:
    is_stamped = definition.aggregation in (Aggregation.FIRST, Aggregation.LAST)
    return f"attributes.{definition.stored_as}{'.v' if is_stamped else ''}"


async def fill(database: Database) -> None:
    """Let everybody do something."""
    services = compose(database, Settings())
    for number in range(_EVENTS_EACH):
        await services.ingestion.ingest(batch(number, range(_PEOPLE), 1).inputs)
    await services.close()


def write_world(folder: Path, documents: Iterable[Document]) -> None:
    """What servers in other languages cannot know, and documents for those without a database."""
    (folder / "documents.bson").write_bytes(b"".join(map(bson.encode, documents)))
    world: Mapping[str, Any] = {
        "filter": FILTER,
        "sort": SORT,
        "projection": {query: projection(query) for query in QUERIES},
        "countries": dict(country_names()),
        "definitions": [
            {"name": one.name, "dataType": one.data_type, "aggregation": one.aggregation}
            for one in _definitions(NAMES)
        ],
    }
    (folder / "world.json").write_text(json.dumps(world))


def read_documents(folder: Path) -> list[Document]:
    """The documents, with times in UTC."""
    options: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
    return bson.decode_all((folder / "documents.bson").read_bytes(), options)
