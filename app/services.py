"""Every service over one database, put together in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from app.access.gate import Gate
from app.access.repository import EventSourceRepository
from app.access.service import EventSourceService
from app.attributes.model import ProfileKind
from app.attributes.repository import AttributeRepository
from app.attributes.service import AttributeService
from app.attributes.work_repository import WorkRepository
from app.erasure.repository import ErasureRepository
from app.erasure.service import ErasureService
from app.erasure.traces import Traces
from app.events.read_repository import EventReader
from app.events.repository import EventRepository
from app.events.service import EventService
from app.exporting.repository import BelongingsRepository
from app.exporting.service import ExportService
from app.identity.collision_repository import CollisionRepository
from app.identity.repository import IdentifierRepository
from app.identity.service import CollisionService
from app.ingestion.adoption import Adopter
from app.ingestion.applying import Applier
from app.ingestion.backfill import BackfillService
from app.ingestion.filling import Filler
from app.ingestion.lanes import LEASE, LaneRepository
from app.ingestion.preview import PreviewService
from app.ingestion.retention import RetentionService
from app.ingestion.service import IngestionService
from app.ingestion.sweeping import Sweeper
from app.ingestion.targets import Targets
from app.intake.service import IntakeService
from app.merging.service import MergeService
from app.profiles.end_repository import EndRepository
from app.profiles.index_repository import IndexRepository
from app.profiles.index_service import IndexService
from app.profiles.kept_repository import KeptRepository
from app.profiles.read_repository import WRITTEN, DocumentReader
from app.profiles.repository import DocumentRepository
from app.profiles.retention import Retention
from app.profiles.service import AccountService, ProfileService, SessionService
from app.profiles.sessions import session_constants
from app.profiles.sweep_repository import SweepRepository
from app.rebuilding.checks import ContentCheck, EventCheck, MergeCheck, RegistryCheck
from app.rebuilding.rebuilder import Rebuilder
from app.rebuilding.repository import LedgerRepository
from app.rebuilding.service import AuditService
from app.rebuilding.unmerge_repository import UnmergeRepository
from app.rebuilding.unmerging import UnmergeService
from app.removal.limits import Limits
from app.removal.model import MAX_IDENTIFIERS
from app.removal.repository import QuarantineRepository
from app.removal.service import RemovalService
from app.segments.belonging import BelongingService
from app.segments.crowd import CrowdService
from app.segments.finding_repository import Finder
from app.segments.members import Members
from app.segments.membership_repository import MembershipRepository
from app.segments.refreshing import RefreshService
from app.segments.resolving import Resolver
from app.segments.rows.repository import RowRepository
from app.segments.rows.service import RowService
from app.segments.segment_repository import SegmentRepository
from app.segments.segment_service import SegmentService
from app.segments.service import ListService
from app.segments.sizes import SizeService
from app.segments.subjects_repository import SubjectReader
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
    backfill: BackfillService
    merging: MergeService
    removal: RemovalService
    erasure: ErasureService
    retention: RetentionService
    profiles: ProfileService
    accounts: AccountService
    sessions: SessionService
    lists: ListService
    segments: SegmentService
    belonging: BelongingService
    sizes: SizeService
    refreshing: RefreshService
    crowds: CrowdService
    rows: RowService
    indexes: IndexService
    events: EventService
    collisions: CollisionService
    audit: AuditService
    rebuilder: Rebuilder
    event_sources: EventSourceService
    gate: Gate
    intake: IntakeService
    unmerging: UnmergeService
    previews: PreviewService

    @property
    def exports(self) -> ExportService:
        """What tells everything about a person."""
        belongings = BelongingsRepository(self.database)
        return ExportService(
            profiles=self.profiles, belongings=belongings, attributes=self.attributes
        )

    async def recover(self) -> int:
        """Finish what crashed processes left, and index what was defined; how much was left.

        While the database is away nothing is begun in the background, where it would only fail.
        """
        settled = await self.ingestion.recover() + await self.unmerging.recover()
        self.backfill.start()
        self.refreshing.start()
        settled += await self.retention.keep_up()
        await self.rows.sweep()
        await self.indexes.keep_up()  # last: an index of a large collection takes minutes
        return settled

    async def close(self) -> None:
        """Stop what runs in the background and give the lanes back."""
        await self.backfill.close()
        await self.sizes.close()
        await self.refreshing.close()
        await self.ingestion.close()


def compose(
    database: Database,
    settings: Settings,
    clock: Clock = utc_now,
    *,
    lanes_total: int = ALL_LANES,
    lease: timedelta = LEASE,
    max_identifiers: int = MAX_IDENTIFIERS,
) -> Services:
    """The services over one database."""
    owner, lanes = str(uuid4()), LaneRepository(database, lease=lease)
    profiles, accounts = (DocumentRepository(database[name]) for name in ("profiles", "accounts"))
    sessions = DocumentRepository(database["sessions"], session_constants)
    identifiers, events = IdentifierRepository(database), EventRepository(database)
    rows, memberships = RowRepository(database), MembershipRepository(database)
    collisions = CollisionRepository(database)
    attributes, work = AttributeService(AttributeRepository(database)), WorkRepository(database)
    sources = EventSourceService(EventSourceRepository(database))
    quarantine = QuarantineRepository(database)
    retention = Retention(settings.retention_months, settings.retention_months_anonymous)
    removal = RemovalService(
        profiles=EndRepository(database["profiles"]),
        sessions=EndRepository(database["sessions"]),
        accounts=EndRepository(database["accounts"]),
        identifiers=identifiers,
        events=events,
        quarantine=quarantine,
    )
    limits = Limits(
        profiles=EndRepository(database["profiles"]),
        removal=removal,
        clock=clock,
        max_identifiers=max_identifiers,
    )
    merging = MergeService(
        profiles=profiles,
        sessions=sessions,
        events=events,
        identifiers=identifiers,
        attributes=attributes,
        removal=removal,
        limits=limits,
    )
    secret = settings.erasure_key.get_secret_value() if settings.erasure_key else None
    erasures = ErasureRepository(database, secret)
    erasure = ErasureService(
        erasures=erasures,
        profiles=profiles,
        identifiers=identifiers,
        events=events,
        merging=merging,
        removal=removal,
        storing=lanes.storing,
        erasers=(
            Traces(removal=removal, collisions=collisions, quarantine=quarantine).erase,
            rows.erase,
            memberships.erase,
        ),
    )
    keeping = RetentionService(
        kept=KeptRepository(database, retention),
        removal=removal,
        lanes=lanes,
        owner=owner,
        clock=clock,
    )
    targets = Targets(
        events=events,
        identifiers=identifiers,
        profiles=profiles,
        merging=merging,
        erasures=erasures,
        expired=keeping.close,
    )
    applier = Applier(
        profiles=profiles,
        sessions=sessions,
        accounts=accounts,
        collisions=collisions,
        merging=merging,
        removal=removal,
        events=events,
    )
    ingestion = IngestionService(
        lanes=lanes,
        events=events,
        attributes=attributes,
        targets=targets,
        adopter=Adopter(
            events=events,
            identifiers=identifiers,
            profiles=profiles,
            erasures=erasures,
            removal=removal,
            targets=targets,
        ),
        applier=applier,
        merging=merging,
        policy=settings.identity_policy,
        removal=removal,
        erasure=erasure,
        limits=limits,
        owner=owner,
        lanes_held=settings.ingestion_lanes,
        lanes_total=lanes_total,
        max_waiting=settings.ingestion_queue,
        clock=clock,
    )
    ledger = LedgerRepository(database, lanes)
    rebuilder = Rebuilder(
        ledger=ledger,
        attributes=attributes,
        work=work,
        documents={
            ProfileKind.USER: profiles,
            ProfileKind.SESSION: sessions,
            ProfileKind.ACCOUNT: accounts,
        },
        merging=merging,
    )
    backfill = BackfillService(
        attributes=attributes,
        work=work,
        filler=Filler(
            work=work,
            events=events,
            documents={ProfileKind.USER: profiles, ProfileKind.ACCOUNT: accounts},
            lanes=lanes,
            ingestion=ingestion,
            clock=clock,
        ),
        sweeper=Sweeper(
            attributes=attributes,
            work=work,
            documents={
                ProfileKind.USER: SweepRepository(database["profiles"]),
                ProfileKind.ACCOUNT: SweepRepository(database["accounts"]),
            },
            ingestion=ingestion,
        ),
        lanes=lanes,
        owner=owner,
        clock=clock,
    )
    readers = {
        ProfileKind.USER: DocumentReader(
            database["profiles"], lambda: {**WRITTEN, **retention.kept(clock())}
        ),
        ProfileKind.ACCOUNT: DocumentReader(database["accounts"]),
    }
    saved = SegmentRepository(database)
    segments = SegmentService(
        segments=saved, attributes=attributes, rows=rows, memberships=memberships
    )
    finder = Finder(database, rows)
    resolver = Resolver(finder=finder, attributes=attributes, segments=segments)
    lists = ListService(readers=readers, attributes=attributes, resolver=resolver, finder=finder)
    return Services(
        database,
        attributes,
        ingestion,
        backfill,
        merging,
        removal,
        erasure,
        keeping,
        ProfileService(
            reader=readers[ProfileKind.USER], profiles=profiles, identifiers=identifiers
        ),
        AccountService(readers[ProfileKind.ACCOUNT]),
        SessionService(
            reader=DocumentReader(database["sessions"]),
            sessions=sessions,
            profiles=readers[ProfileKind.USER],
        ),
        lists,
        segments,
        BelongingService(
            readers=readers,
            subjects=SubjectReader(database, finder),
            segments=segments,
            attributes=attributes,
            resolver=resolver,
        ),
        SizeService(lists, rows),
        RefreshService(
            segments=saved, memberships=memberships, lists=lists, profiles=profiles, clock=clock
        ),
        CrowdService(
            events=EventReader(database),
            members=Members(readers[ProfileKind.USER], ProfileKind.USER, finder),
            resolver=resolver,
        ),
        RowService(rows=rows, segments=segments, readers=readers, clock=clock),
        IndexService(
            attributes=attributes,
            indexes={
                ProfileKind.USER: IndexRepository(database["profiles"]),
                ProfileKind.ACCOUNT: IndexRepository(database["accounts"]),
            },
        ),
        EventService(EventReader(database), keeping.hidden),
        CollisionService(collisions),
        AuditService(
            ledger=ledger,
            checks=[
                ContentCheck(ProfileKind.USER, rebuilder),
                RegistryCheck(
                    ledger=ledger, identifiers=identifiers, profiles=profiles, rebuilder=rebuilder
                ),
                MergeCheck(ledger),
                ContentCheck(ProfileKind.SESSION, rebuilder),
                ContentCheck(ProfileKind.ACCOUNT, rebuilder),
                EventCheck(ledger=ledger, profiles=profiles, events=events, rebuilder=rebuilder),
            ],
            ingestion=ingestion,
        ),
        rebuilder,
        sources,
        Gate(sources, is_open=settings.with_open_intake),
        IntakeService(
            ingestion=ingestion,
            attributes=attributes,
            backfill=backfill,
            max_attributes=settings.max_trait_attributes,
            clock=clock,
        ),
        UnmergeService(
            unmerges=UnmergeRepository(database),
            ledger=ledger,
            rebuilder=rebuilder,
            profiles=profiles,
            sessions=sessions,
            identifiers=identifiers,
            collisions=collisions,
            work=work,
            lanes=lanes,
            ingestion=ingestion,
            merging=merging,
            removal=removal,
            owner=owner,
            clock=clock,
        ),
        PreviewService(
            identifiers=identifiers,
            profiles=profiles,
            reader=readers[ProfileKind.USER],
            policy=settings.identity_policy,
        ),
    )
