"""Which events a document holds, and what of each. Pure.

The guards of a document say which batches were applied to it, so what it should hold can be told
at any moment, also while others are being applied. Beyond that, a batch that is over has been
applied wherever it had to be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition


@dataclass(frozen=True, slots=True)
class Batches:
    """How far each lane was when somebody looked.

    ``over`` is the last number that is over. What is stored under an ``abandoned`` one waits until
    another batch adopts it.
    """

    over: Mapping[str, int]
    abandoned: Mapping[str, frozenset[int]]

    def is_over(self, lane: str, seq: int) -> bool:
        """Whether the batch has been applied to the end."""
        return seq <= self.over.get(lane, 0) and not self.is_abandoned(lane, seq)

    def is_abandoned(self, lane: str, seq: int) -> bool:
        """Whether nobody has applied the batch, or will under this number."""
        return seq in self.abandoned.get(lane, ())


@dataclass(frozen=True, slots=True)
class Feeding:
    """Which definitions events feed, by the version of the catalogue they were folded under.

    ``filled`` definitions were back-filled, so that all events feed them; ``waiting`` ones are
    being filled, and nobody can tell how far.
    """

    catalogue: Catalogue
    filled: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    _made: dict[tuple[int, bool], Catalogue | None] = field(default_factory=dict)

    def of(self, version: int, *, applied: bool) -> Catalogue | None:
        """What an event of this version feeds; before it is applied, by back-fills alone."""
        if (version, applied) not in self._made:
            self._made[version, applied] = self._make(version, applied=applied)
        return self._made[version, applied]

    def _make(self, version: int, *, applied: bool) -> Catalogue | None:
        added = [one for one in self.catalogue.added() if self.is_certain(one)]
        late = [one for one in added if one.since > version and one.id in self.filled]
        if not applied:
            return Catalogue(version, late, defaults=()) if late else None
        return Catalogue(version, [*(one for one in added if one.since <= version), *late])

    def is_certain(self, definition: AttributeDefinition | None) -> bool:
        """Whether what documents should hold of it can be told."""
        return definition is not None and definition.id not in self.waiting
