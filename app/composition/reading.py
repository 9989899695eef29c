"""How profiles, their lists and segments, and events are found."""

from dataclasses import dataclass

from app.attributes.model import ProfileKind
from app.composition.ending import Ending
from app.composition.stores import Stores
from app.events.read_repository import EventReader
from app.events.service import EventService
from app.identity.service import CollisionService
from app.ingestion.preview import PreviewService
from app.profiles.hidden_repository import ENDING, UNWRITTEN, HiddenReader, nothing
from app.profiles.index_repository import IndexRepository
from app.profiles.index_service import IndexService
from app.profiles.kept_repository import KeptRepository
from app.profiles.read_repository import WRITTEN, DocumentReader
from app.profiles.service import AccountService, ProfileService, SessionService
from app.segments.belonging import BelongingService
from app.segments.crowd import CrowdService
from app.segments.finding_repository import Finder
from app.segments.members import Members
from app.segments.refreshing import RefreshService
from app.segments.resolving import Resolver
from app.segments.rows.service import RowService
from app.segments.segment_repository import SegmentRepository
from app.segments.segment_service import SegmentService
from app.segments.service import ListService
from app.segments.sizes import SizeService
from app.segments.subjects_repository import SubjectReader


@dataclass(frozen=True, slots=True)
class Reading:
    """What answers questions."""

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
    previews: PreviewService


def compose_reading(stores: Stores, ending: Ending) -> Reading:
    """The services that answer questions."""
    database, attributes, clock = stores.database, stores.attributes, stores.clock
    readers = _readers(stores)
    people = readers[ProfileKind.USER]
    saved = SegmentRepository(database)
    segments = SegmentService(
        segments=saved, attributes=attributes, rows=stores.rows, memberships=stores.memberships
    )
    finder = Finder(database, stores.rows)
    resolver = Resolver(finder=finder, attributes=attributes, segments=segments)
    lists = ListService(readers=readers, attributes=attributes, resolver=resolver, finder=finder)
    return Reading(
        profiles=ProfileService(
            reader=people, profiles=stores.profiles, identifiers=stores.identifiers
        ),
        accounts=AccountService(readers[ProfileKind.ACCOUNT]),
        sessions=SessionService(
            reader=DocumentReader(database["sessions"]),
            sessions=stores.sessions,
            profiles=people,
        ),
        lists=lists,
        segments=segments,
        belonging=BelongingService(
            readers=readers,
            subjects=SubjectReader(database, finder),
            segments=segments,
            attributes=attributes,
            resolver=resolver,
        ),
        sizes=SizeService(lists, stores.rows),
        refreshing=RefreshService(
            segments=saved,
            memberships=stores.memberships,
            lists=lists,
            profiles=stores.profiles,
            clock=clock,
        ),
        crowds=CrowdService(
            events=EventReader(database),
            members=Members(people, ProfileKind.USER, finder),
            resolver=resolver,
        ),
        rows=RowService(rows=stores.rows, segments=segments, readers=readers, clock=clock),
        indexes=_indexes(stores),
        events=EventService(EventReader(database), ending.retention.hidden),
        collisions=CollisionService(stores.collisions),
        previews=PreviewService(
            identifiers=stores.identifiers,
            profiles=stores.profiles,
            reader=people,
            policy=stores.settings.identity_policy,
        ),
    )


def _readers(stores: Stores) -> dict[ProfileKind, DocumentReader]:
    """Of people who have expired nothing is found any more."""
    database, clock, retention = stores.database, stores.clock, stores.retention
    people, accounts = database["profiles"], database["accounts"]
    kept, unfinished = KeptRepository(database, retention), (UNWRITTEN, *ENDING)
    return {
        ProfileKind.USER: DocumentReader(
            people,
            lambda: {**WRITTEN, **retention.kept(clock())},
            HiddenReader(people, unfinished, lambda: kept.unswept(clock())).ids,
        ),
        ProfileKind.ACCOUNT: DocumentReader(
            accounts, hidden=HiddenReader(accounts, (UNWRITTEN,), nothing).ids
        ),
    }


def _indexes(stores: Stores) -> IndexService:
    return IndexService(
        attributes=stores.attributes,
        indexes={
            ProfileKind.USER: IndexRepository(stores.database["profiles"]),
            ProfileKind.ACCOUNT: IndexRepository(stores.database["accounts"]),
        },
    )
