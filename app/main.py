"""The composition root: every part of the service, put together in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from app.attributes.repository import AttributeRepository
from app.attributes.service import AttributeService
from app.events.repository import EventRepository
from app.identity.repository import IdentifierRepository
from app.ingestion.applying import Applier
from app.ingestion.lanes import LaneRepository
from app.ingestion.service import IngestionService
from app.ingestion.targets import Targets
from app.merging.service import MergeService
from app.profiles.documents import DocumentRepository
from app.settings import Settings
from app.storage.client import Database
from app.values import milliseconds

Clock = Callable[[], datetime]

ALL_LANES = 64
"""Lanes of a database: profiles remember one number for each that changed them."""


def utc_now() -> datetime:
    """The time, as precise as the store keeps it."""
    return milliseconds(datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Services:
    """What the API is made of."""

    database: Database
    attributes: AttributeService
    ingestion: IngestionService
    merging: MergeService


def compose(database: Database, settings: Settings, clock: Clock = utc_now) -> Services:
    """The services over one database."""
    profiles = DocumentRepository(database["profiles"])
    sessions = DocumentRepository(database["sessions"])
    identifiers, events = IdentifierRepository(database), EventRepository(database)
    attributes = AttributeService(AttributeRepository(database))
    merging = MergeService(
        profiles=profiles,
        sessions=sessions,
        events=events,
        identifiers=identifiers,
        attributes=attributes,
    )
    targets = Targets(identifiers=identifiers, profiles=profiles, merging=merging)
    applier = Applier(
        profiles=profiles,
        sessions=sessions,
        accounts=DocumentRepository(database["accounts"]),
        merging=merging,
        targets=targets,
    )
    ingestion = IngestionService(
        lanes=LaneRepository(database),
        events=events,
        attributes=attributes,
        targets=targets,
        applier=applier,
        merging=merging,
        owner=str(uuid4()),
        lanes_held=settings.ingestion_lanes,
        lanes_total=ALL_LANES,
        max_waiting=settings.ingestion_queue,
        clock=clock,
    )
    return Services(database, attributes, ingestion, merging)
