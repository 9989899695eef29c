"""An import of a list: what was asked for, and what became of its rows. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from app.attributes.model import ProfileKind
from app.errors import InputError
from app.segments.segment import ListKey, Segment

SHOWN = 100
"""Refused rows that are listed; all are counted."""

LEASE = timedelta(minutes=10)
"""Rows that nobody has touched for so long, and that no segment is made of, may go. No import
pauses as long between two commands, and no reader of a list that was replaced reads as long."""


@dataclass(frozen=True, slots=True)
class NewList:
    """A list to be imported: a new segment, or what replaces the list of ``segment_id``."""

    kind: ProfileKind
    column: str
    match_on: str
    name: str | None = None
    segment_id: str | None = None
    delimiter: str | None = None
    dry_run: bool = False


class RefusedRow(NamedTuple):
    """A row that names nobody and never will."""

    line: int
    code: str
    message: str


@dataclass(slots=True)
class ListReport:
    """Counts add up to the rows: matched + unknown + duplicate + ambiguous + refused.

    ``members``: profiles that they name, each once.
    """

    rows: int = 0
    matched: int = 0
    unknown: int = 0
    duplicate: int = 0
    ambiguous: int = 0
    refused: int = 0
    refused_rows: list[RefusedRow] = field(default_factory=list)
    members: int = 0
    segment: Segment | None = None
    error: InputError | None = None

    @property
    def named(self) -> int:
        """Rows that are kept: of those that repeat each other one."""
        return self.matched + self.unknown + self.ambiguous

    def refuse(self, line: int, error: InputError) -> None:
        """Count a row that is refused."""
        self.rows += 1
        self.refused += 1
        if len(self.refused_rows) < SHOWN:
            self.refused_rows.append(RefusedRow(line, error.code, str(error)))

    def add(self, profiles: int) -> None:
        """Count a row by how many profiles it names now."""
        match profiles:
            case 0:
                self.unknown += 1
            case 1:
                self.matched += 1
            case _:
                self.ambiguous += 1


@dataclass(frozen=True, slots=True)
class ListImport:
    """An import that is under way, as others see it."""

    id: str
    name: str
    kind: ProfileKind
    on: ListKey
    rows: int
    read: int
    size: int
    started_at: datetime
