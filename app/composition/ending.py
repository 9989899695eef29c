"""How profiles are joined, and how they end: by limits, erasures and time."""

from dataclasses import dataclass

from app.composition.stores import Stores
from app.erasure.repository import ErasureRepository
from app.erasure.service import ErasureService
from app.erasure.traces import Traces
from app.ingestion.claims import ClaimService
from app.ingestion.retention import RetentionService
from app.merging.service import MergeService
from app.profiles.end_repository import EndRepository
from app.profiles.kept_repository import KeptRepository
from app.removal.limits import Limits
from app.removal.service import RemovalService


@dataclass(frozen=True, slots=True)
class Ending:
    """What joins and ends profiles."""

    removal: RemovalService
    limits: Limits
    merging: MergeService
    erasures: ErasureRepository
    erasure: ErasureService
    claims: ClaimService
    retention: RetentionService


def compose_ending(stores: Stores, *, max_identifiers: int) -> Ending:
    """The services that join and end profiles."""
    ends = EndRepository(stores.database["profiles"])
    removal = RemovalService(
        profiles=ends,
        sessions=EndRepository(stores.database["sessions"]),
        accounts=EndRepository(stores.database["accounts"]),
        identifiers=stores.identifiers,
        events=stores.events,
        quarantine=stores.quarantine,
    )
    limits = Limits(
        profiles=ends, removal=removal, clock=stores.clock, max_identifiers=max_identifiers
    )
    merging = MergeService(
        profiles=stores.profiles,
        sessions=stores.sessions,
        events=stores.events,
        identifiers=stores.identifiers,
        attributes=stores.attributes,
        removal=removal,
        limits=limits,
    )
    erasures = ErasureRepository(stores.database, _erasure_key(stores))
    claims = ClaimService(
        lanes=stores.lanes,
        identifiers=stores.identifiers,
        profiles=ends,
        events=stores.events,
        merging=merging,
        removal=removal,
    )
    retention = RetentionService(
        kept=KeptRepository(stores.database, stores.retention),
        removal=removal,
        claims=claims,
        lanes=stores.lanes,
        owner=stores.owner,
        clock=stores.clock,
    )
    erasure = _erasure(stores, erasures, merging, removal)
    return Ending(removal, limits, merging, erasures, erasure, claims, retention)


def _erasure_key(stores: Stores) -> str | None:
    key = stores.settings.erasure_key
    return key.get_secret_value() if key else None


def _erasure(
    stores: Stores, erasures: ErasureRepository, merging: MergeService, removal: RemovalService
) -> ErasureService:
    traces = Traces(removal=removal, collisions=stores.collisions, quarantine=stores.quarantine)
    return ErasureService(
        erasures=erasures,
        profiles=stores.profiles,
        identifiers=stores.identifiers,
        events=stores.events,
        merging=merging,
        removal=removal,
        storing=stores.lanes.storing,
        erasers=(traces.erase, stores.rows.erase, stores.memberships.erase),
    )
