"""Every service over one database, put together in one place."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from app.access.gate import Gate
from app.access.repository import EventSourceRepository
from app.access.service import EventSourceService
from app.attributes.service import AttributeService
from app.composition.checking import compose_checking
from app.composition.ending import compose_ending
from app.composition.reading import compose_reading
from app.composition.stores import open_stores
from app.composition.writing import compose_backfill, compose_ingestion
from app.erasure.service import ErasureService
from app.events.service import EventService
from app.exporting.repository import BelongingsRepository
from app.exporting.service import ExportService
from app.identity.service import CollisionService
from app.ingestion.backfill import BackfillService
from app.ingestion.lanes import LEASE
from app.ingestion.preview import PreviewService
from app.ingestion.retention import RetentionService
from app.ingestion.service import IngestionService
from app.intake.service import IntakeService
from app.merging.service import MergeService
from app.profiles.index_service import IndexService
from app.profiles.service import AccountService, ProfileService, SessionService
from app.rebuilding.rebuilder import Rebuilder
from app.rebuilding.service import AuditService
from app.rebuilding.unmerging import UnmergeService
from app.removal.accounts import AccountRemovalService
from app.removal.model import MAX_ACCOUNT_BYTES, MAX_BYTES, MAX_IDENTIFIERS, Bounds
from app.removal.service import RemovalService
from app.segments.belonging import BelongingService
from app.segments.crowd import CrowdService
from app.segments.refreshing import RefreshService
from app.segments.rows.service import RowService
from app.segments.segment_service import SegmentService
from app.segments.service import ListService
from app.segments.sizes import SizeService
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
    account_removal: AccountRemovalService
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
        """Stop what runs in the background and give the lanes back.

        What fails keeps nothing else from being closed, and is raised at the end.
        """
        async with AsyncExitStack() as closing:  # from the last to the first
            for one in (self.ingestion, self.refreshing, self.sizes, self.backfill):
                closing.push_async_callback(one.close)


def compose(
    database: Database,
    settings: Settings,
    clock: Clock = utc_now,
    *,
    lanes_total: int = ALL_LANES,
    lease: timedelta = LEASE,
    max_identifiers: int = MAX_IDENTIFIERS,
    max_account_bytes: int = MAX_ACCOUNT_BYTES,
) -> Services:
    """The services over one database."""
    stores = open_stores(database, settings, clock, owner=str(uuid4()), lease=lease)
    ending = compose_ending(
        stores,
        people=Bounds(MAX_BYTES, max_identifiers),
        accounts=Bounds(max_account_bytes),
    )
    ingestion = compose_ingestion(stores, ending, lanes_total=lanes_total)
    backfill = compose_backfill(stores, ending, ingestion)
    checking = compose_checking(stores, ending, ingestion)
    reading = compose_reading(stores, ending)
    sources = EventSourceService(EventSourceRepository(database))
    return Services(
        database=database,
        attributes=stores.attributes,
        ingestion=ingestion,
        backfill=backfill,
        merging=ending.merging,
        removal=ending.removal,
        account_removal=ending.account_removal,
        erasure=ending.erasure,
        retention=ending.retention,
        profiles=reading.profiles,
        accounts=reading.accounts,
        sessions=reading.sessions,
        lists=reading.lists,
        segments=reading.segments,
        belonging=reading.belonging,
        sizes=reading.sizes,
        refreshing=reading.refreshing,
        crowds=reading.crowds,
        rows=reading.rows,
        indexes=reading.indexes,
        events=reading.events,
        collisions=reading.collisions,
        audit=checking.audit,
        rebuilder=checking.rebuilder,
        event_sources=sources,
        gate=Gate(sources, is_open=settings.with_open_intake),
        intake=IntakeService(
            ingestion=ingestion,
            attributes=stores.attributes,
            backfill=backfill,
            max_attributes=settings.max_trait_attributes,
            clock=clock,
        ),
        unmerging=checking.unmerging,
        previews=reading.previews,
    )
