"""How profiles are joined, and how they and accounts end: by limits, erasures and time."""

from dataclasses import dataclass

from app.attributes.model import ProfileKind
from app.composition.stores import Stores
from app.erasure.repository import ErasureRepository
from app.erasure.service import ErasureService
from app.erasure.traces import Traces
from app.ingestion.claims import ClaimService
from app.ingestion.retention import RetentionService
from app.merging.service import MergeService
from app.profiles.end_repository import EndRepository
from app.profiles.kept_repository import KeptRepository
from app.removal.accounts import AccountRemovalService
from app.removal.limits import Limits
from app.removal.model import Bounds
from app.removal.service import RemovalService


@dataclass(frozen=True, slots=True)
class Ending:
    """What joins profiles, and ends them and accounts. ``limits``: of those that have some."""

    removal: RemovalService
    account_removal: AccountRemovalService
    limits: dict[ProfileKind, Limits]
    merging: MergeService
    erasures: ErasureRepository
    erasure: ErasureService
    claims: ClaimService
    retention: RetentionService


def compose_ending(stores: Stores, *, people: Bounds, accounts: Bounds) -> Ending:
    """The services that join profiles, and end them and accounts."""
    ends, account_ends = (EndRepository(stores.database[one]) for one in ("profiles", "accounts"))
    removal = RemovalService(
        profiles=ends,
        sessions=EndRepository(stores.database["sessions"]),
        accounts=account_ends,
        identifiers=stores.identifiers,
        events=stores.events,
        quarantine=stores.quarantine,
    )
    limits = Limits("profile", people, documents=ends, removal=removal, clock=stores.clock)
    account_removal = AccountRemovalService(
        renewals=stores.renewals, quarantine=stores.broken_accounts
    )
    account_limits = Limits(
        "account", accounts, documents=account_ends, removal=account_removal, clock=stores.clock
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
    return Ending(
        removal,
        account_removal,
        {ProfileKind.USER: limits, ProfileKind.ACCOUNT: account_limits},
        merging,
        erasures,
        _erasure(stores, erasures, merging, removal),
        claims,
        retention,
    )


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
