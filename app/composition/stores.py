"""What every area is made of: the repositories of one database, the attributes, the process."""

from dataclasses import dataclass
from datetime import timedelta

from app.attributes.model import ProfileKind
from app.attributes.repository import AttributeRepository
from app.attributes.service import AttributeService
from app.attributes.work_repository import WorkRepository
from app.events.repository import EventRepository
from app.identity.collision_repository import CollisionRepository
from app.identity.repository import IdentifierRepository
from app.ingestion.lanes import LaneRepository
from app.ingestion.pool import Clock
from app.profiles.renewal_repository import RenewalRepository
from app.profiles.repository import DocumentRepository
from app.profiles.retention import Retention
from app.profiles.sessions import session_constants
from app.removal.repository import QuarantineRepository
from app.segments.membership_repository import MembershipRepository
from app.segments.rows.repository import RowRepository
from app.settings import Settings
from app.storage.client import Database


@dataclass(frozen=True, slots=True)
class Stores:
    """Shared by all areas; ``owner`` names this process to others."""

    database: Database
    settings: Settings
    clock: Clock
    owner: str
    profiles: DocumentRepository
    accounts: DocumentRepository
    sessions: DocumentRepository
    identifiers: IdentifierRepository
    events: EventRepository
    collisions: CollisionRepository
    quarantine: QuarantineRepository
    broken_accounts: QuarantineRepository
    renewals: RenewalRepository
    lanes: LaneRepository
    work: WorkRepository
    rows: RowRepository
    memberships: MembershipRepository
    attributes: AttributeService
    retention: Retention

    @property
    def documents(self) -> dict[ProfileKind, DocumentRepository]:
        """What events are folded into."""
        return {
            ProfileKind.USER: self.profiles,
            ProfileKind.SESSION: self.sessions,
            ProfileKind.ACCOUNT: self.accounts,
        }


def open_stores(
    database: Database, settings: Settings, clock: Clock, *, owner: str, lease: timedelta
) -> Stores:
    """Everything that is stored, ready to be read and changed."""
    profiles, accounts = (DocumentRepository(database[name]) for name in ("profiles", "accounts"))
    return Stores(
        database=database,
        settings=settings,
        clock=clock,
        owner=owner,
        profiles=profiles,
        accounts=accounts,
        sessions=DocumentRepository(database["sessions"], session_constants),
        identifiers=IdentifierRepository(database),
        events=EventRepository(database),
        collisions=CollisionRepository(database),
        quarantine=QuarantineRepository(database["broken_profiles"]),
        broken_accounts=QuarantineRepository(database["broken_accounts"]),
        renewals=RenewalRepository(database["accounts"]),
        lanes=LaneRepository(database, lease=lease),
        work=WorkRepository(database),
        rows=RowRepository(database),
        memberships=MembershipRepository(database),
        attributes=AttributeService(AttributeRepository(database)),
        retention=Retention(settings.retention_months, settings.retention_months_anonymous),
    )
