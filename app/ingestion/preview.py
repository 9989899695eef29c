"""What joining identifiers would do, without doing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from bson import encode

from app.attributes.catalogue import Catalogue
from app.attributes.model import ProfileKind
from app.errors import MergeRefusedError
from app.identity.model import IdentityPolicy
from app.identity.repository import IdentifierRepository
from app.identity.resolve import divide
from app.profiles.compile import fold_content
from app.profiles.model import Fold, combine
from app.profiles.read_repository import DocumentReader
from app.profiles.repository import DocumentRepository
from app.profiles.stored import load_fold
from app.removal.model import MAX_BYTES, MAX_IDENTIFIERS
from app.storage.client import Document


@dataclass(frozen=True, slots=True)
class Preview:
    """Profiles that would be one, the one that stays first, and what that would hold.

    ``apart`` are identifiers that would stay with somebody else.
    """

    profiles: list[Document]
    result: Document
    apart: list[str]

    @property
    def is_broken(self) -> bool:
        """Whether the one profile would be over a limit, and removed."""
        too_many = len(self.result.get("identifiers", ())) > MAX_IDENTIFIERS
        return too_many or len(encode(self.result)) > MAX_BYTES


class PreviewService:
    """Tells what an event with some identifiers would join; changes nothing."""

    def __init__(
        self,
        *,
        identifiers: IdentifierRepository,
        profiles: DocumentRepository,
        reader: DocumentReader,
        policy: IdentityPolicy,
    ) -> None:
        self._identifiers = identifiers
        self._profiles = profiles
        self._reader = reader
        self._policy = policy

    async def preview(self, identifiers: Sequence[str], catalogue: Catalogue) -> Preview:
        """What an event with these identifiers would do under the project's policy."""
        if not identifiers:
            raise MergeRefusedError("no identifier is named", ("identifiers",))
        owners = await self._identifiers.owners(identifiers)
        standings = await self._profiles.standings(set(owners.values())) if owners else {}
        living = {name: it for name, one in owners.items() if not (it := standings[one]).deleted}
        homes = {name: one.profile for name, one in living.items()}
        marks = {one.profile: one.marks for one in living.values()}
        [group] = divide([tuple(dict.fromkeys(identifiers))], homes, marks, self._policy)
        found = await self._reader.with_ids(homes[name] for name in group if name in homes)
        profiles = [found[one] for one in sorted(found)]
        folds = [load_fold(one, ProfileKind.USER, catalogue) for one in profiles]
        joined = reduce(combine, folds, Fold({}, identifiers=group))
        apart = [name for name in dict.fromkeys(identifiers) if name not in group]
        return Preview(profiles, fold_content(joined), apart)
