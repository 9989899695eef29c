"""Fills a database with people: the documents that ingestion makes, without its ledger."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.events.parse import Arrival, parse_event
from app.events.stored import Entry
from app.profiles.compile import LIVE, fold_update
from app.profiles.model import Fold
from app.profiles.plan import plan
from app.profiles.sessions import session_constants, session_document_id
from app.services import Services
from app.storage.client import Database, Document
from app.storage.embedded_update import apply_update
from app.values import DataType
from migrations.steps import seed_catalogue
from tests.benchmarks.load.people import Shares, events_of

CHUNK = 2000
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_CUSTOM = (
    ("plan", DataType.STRING, Aggregation.LAST),
    ("score", DataType.NUMBER, Aggregation.LAST),
    ("tags", DataType.STRING, Aggregation.LIST),
    ("labels", DataType.STRING, Aggregation.UNIQUE_LIST),
)


async def define_attributes(database: Database, services: Services) -> None:
    """The custom attributes that lists are filtered and sorted by; indexes come at the end."""
    await seed_catalogue(database)
    for name, data_type, aggregation in _CUSTOM:
        source = "properties.tags" if name == "labels" else None
        new = NewAttribute(ProfileKind.USER, name, data_type, aggregation, event_field=source)
        await services.attributes.create(new, now=_NOW)


async def fill(
    database: Database, services: Services, shares: Shares, people: int
) -> AsyncIterator[int]:
    """Insert people; how many there are, after each chunk."""
    catalogue = await services.attributes.current()
    for first in range(0, people, CHUNK):
        numbers = range(first, min(first + CHUNK, people))
        for name, documents in _documents(numbers, shares, catalogue).items():
            await database[name].insert_many(documents, ordered=False)
        yield numbers.stop


def _documents(
    numbers: Iterable[int], shares: Shares, catalogue: Catalogue
) -> dict[str, list[Document]]:
    arrival = Arrival(_NOW)
    entries = [
        Entry(parse_event(event, arrival).event, f"p{number:08}")
        for number in numbers
        for event in events_of(number, shares)
    ]
    planned = plan(entries, catalogue, now=_NOW)
    sessions = ((session_document_id(*key), fold) for key, fold in planned.sessions.items())
    return {
        "profiles": [_document(key, fold) for key, fold in planned.profiles.items()],
        "accounts": [_document(key, fold) for key, fold in planned.accounts.items()],
        "sessions": [{**_document(key, fold), **session_constants(key)} for key, fold in sessions],
    }


def _document(key: str, fold: Fold) -> Document:
    document: Document = {"_id": key, **LIVE}
    apply_update(document, fold_update(fold), inserting=True)
    return document
