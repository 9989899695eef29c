"""How documents are compared with their events, made anew, and taken apart."""

from dataclasses import dataclass

from app.attributes.model import ProfileKind
from app.composition.ending import Ending
from app.composition.stores import Stores
from app.ingestion.service import IngestionService
from app.rebuilding.checks import ContentCheck, EventCheck, MergeCheck, RegistryCheck
from app.rebuilding.claim_check import ClaimCheck
from app.rebuilding.rebuilder import Rebuilder
from app.rebuilding.repository import LedgerRepository
from app.rebuilding.service import AuditService
from app.rebuilding.unmerge_repository import UnmergeRepository
from app.rebuilding.unmerging import UnmergeService


@dataclass(frozen=True, slots=True)
class Checking:
    """What goes back to the ledger."""

    rebuilder: Rebuilder
    audit: AuditService
    unmerging: UnmergeService


def compose_checking(stores: Stores, ending: Ending, ingestion: IngestionService) -> Checking:
    """The services that go back to the ledger."""
    ledger = LedgerRepository(stores.database, stores.lanes)
    rebuilder = Rebuilder(
        ledger=ledger,
        attributes=stores.attributes,
        work=stores.work,
        documents=stores.documents,
        limits=ending.limits,
        merging=ending.merging,
    )
    return Checking(
        rebuilder,
        _audit(stores, ending, ledger, rebuilder, ingestion),
        UnmergeService(
            unmerges=UnmergeRepository(stores.database),
            ledger=ledger,
            rebuilder=rebuilder,
            profiles=stores.profiles,
            sessions=stores.sessions,
            identifiers=stores.identifiers,
            collisions=stores.collisions,
            work=stores.work,
            lanes=stores.lanes,
            ingestion=ingestion,
            merging=ending.merging,
            removal=ending.removal,
            owner=stores.owner,
            clock=stores.clock,
        ),
    )


def _audit(
    stores: Stores,
    ending: Ending,
    ledger: LedgerRepository,
    rebuilder: Rebuilder,
    ingestion: IngestionService,
) -> AuditService:
    identifiers, profiles, events = stores.identifiers, stores.profiles, stores.events
    return AuditService(
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
            ClaimCheck(
                identifiers=identifiers,
                profiles=profiles,
                claims=ending.claims,
                clock=stores.clock,
            ),
        ],
        ingestion=ingestion,
    )
