"""The audit's look at the registry: no name stays of whom there is no profile."""

from collections.abc import Collection

from app.identity.repository import IdentifierRepository
from app.ingestion.claims import ClaimService
from app.ingestion.pool import Clock
from app.profiles.repository import DocumentRepository
from app.rebuilding.checks import Wrong


class ClaimCheck:
    """Every identifier that is registered is that of a profile, or of events."""

    subject = "identifier"
    collection = "identifiers"

    def __init__(
        self,
        *,
        identifiers: IdentifierRepository,
        profiles: DocumentRepository,
        claims: ClaimService,
        clock: Clock,
    ) -> None:
        self._identifiers = identifiers
        self._profiles = profiles
        self._claims = claims
        self._clock = clock

    async def wrong(self, ids: Collection[str]) -> Wrong:
        owners = await self._roots(ids)
        forsaken = await self._claims.forsaken(set(owners.values()))
        return {
            one: f"it is registered with {owner}, which is no profile"
            for one, owner in owners.items()
            if owner in forsaken
        }

    async def repair(self, one: str) -> bool:
        """Free it: the next event that names it makes a new profile."""
        registered = await self._identifiers.owners([one])
        roots = set((await self._roots([one])).values())
        for owner in (*roots, *registered.values()):
            await self._claims.forsake(owner, now=self._clock())
        return not await self.wrong([one])

    async def _roots(self, ids: Collection[str]) -> dict[str, str]:
        """The profile that the owner of each identifier leads to."""
        owners = await self._identifiers.owners(ids) if ids else {}
        standings = await self._profiles.standings(set(owners.values())) if owners else {}
        return {one: standings[owner].profile for one, owner in owners.items()}
