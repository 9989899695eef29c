"""What an audit finds, and who is told."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the ledger says; ``subject`` is what kind of thing it is."""

    subject: str
    id: str
    what: str
    repaired: bool = False

    @override
    def __str__(self) -> str:
        return f"{self.subject} {self.id}: {self.what}{' (repaired)' if self.repaired else ''}"


@dataclass(slots=True)
class Audited:
    """How much was compared, by collection, and how much of it differed."""

    compared: Counter[str] = field(default_factory=Counter)
    differences: int = 0
    repaired: int = 0

    def take(self, difference: Difference) -> None:
        """Count one."""
        self.differences += 1
        self.repaired += difference.repaired

    @override
    def __str__(self) -> str:
        parts = ", ".join(f"{count:,} {name}" for name, count in sorted(self.compared.items()))
        found = f"{self.differences:,} differences, {self.repaired:,} repaired"
        return f"Compared {parts or 'nothing'}: {found if self.differences else 'no difference'}."


class Watcher(Protocol):
    """Follows an audit."""

    def advance(self, done: int, total: int) -> None:
        """So many of about so many documents and events were compared."""

    def found(self, difference: Difference) -> None:
        """This is not as the ledger says."""
