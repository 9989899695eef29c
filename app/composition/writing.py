"""How events come in, and how attributes are filled from those that are stored."""

from app.attributes.model import ProfileKind
from app.composition.ending import Ending
from app.composition.stores import Stores
from app.ingestion.adoption import Adopter
from app.ingestion.applying import Applier
from app.ingestion.backfill import BackfillService
from app.ingestion.filling import Filler
from app.ingestion.service import IngestionService
from app.ingestion.sweeping import Sweeper
from app.ingestion.targets import Targets
from app.profiles.sweep_repository import SweepRepository


def compose_ingestion(stores: Stores, ending: Ending, *, lanes_total: int) -> IngestionService:
    """What takes batches of events."""
    targets = Targets(
        events=stores.events,
        identifiers=stores.identifiers,
        profiles=stores.profiles,
        merging=ending.merging,
        erasures=ending.erasures,
        expired=ending.retention.close,
    )
    return IngestionService(
        lanes=stores.lanes,
        events=stores.events,
        attributes=stores.attributes,
        targets=targets,
        adopter=_adopter(stores, ending, targets),
        applier=_applier(stores, ending),
        claims=ending.claims,
        merging=ending.merging,
        policy=stores.settings.identity_policy,
        removal=ending.removal,
        erasure=ending.erasure,
        limits=ending.limits,
        owner=stores.owner,
        lanes_held=stores.settings.ingestion_lanes,
        lanes_total=lanes_total,
        max_waiting=stores.settings.ingestion_queue,
        clock=stores.clock,
    )


def _adopter(stores: Stores, ending: Ending, targets: Targets) -> Adopter:
    return Adopter(
        events=stores.events,
        identifiers=stores.identifiers,
        profiles=stores.profiles,
        erasures=ending.erasures,
        removal=ending.removal,
        targets=targets,
    )


def _applier(stores: Stores, ending: Ending) -> Applier:
    return Applier(
        profiles=stores.profiles,
        sessions=stores.sessions,
        accounts=stores.accounts,
        collisions=stores.collisions,
        merging=ending.merging,
        removal=ending.removal,
        events=stores.events,
    )


def compose_backfill(
    stores: Stores, ending: Ending, ingestion: IngestionService
) -> BackfillService:
    """What fills new attributes, and sweeps deleted ones away."""
    return BackfillService(
        attributes=stores.attributes,
        work=stores.work,
        filler=_filler(stores, ending, ingestion),
        sweeper=_sweeper(stores, ingestion),
        lanes=stores.lanes,
        owner=stores.owner,
        clock=stores.clock,
    )


def _filler(stores: Stores, ending: Ending, ingestion: IngestionService) -> Filler:
    return Filler(
        work=stores.work,
        events=stores.events,
        documents={ProfileKind.USER: stores.profiles, ProfileKind.ACCOUNT: stores.accounts},
        renewals={ProfileKind.ACCOUNT: stores.renewals},
        limits=ending.limits,
        lanes=stores.lanes,
        ingestion=ingestion,
        clock=stores.clock,
    )


def _sweeper(stores: Stores, ingestion: IngestionService) -> Sweeper:
    return Sweeper(
        attributes=stores.attributes,
        work=stores.work,
        documents={
            ProfileKind.USER: SweepRepository(stores.database["profiles"]),
            ProfileKind.ACCOUNT: SweepRepository(stores.database["accounts"]),
        },
        ingestion=ingestion,
    )
