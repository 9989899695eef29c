"""Attribute definitions. Pure.

A definition says which event field feeds an attribute, what type its values have and how they
become one state. Its name becomes a field name in the profile document, so it is safe as a path.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.aggregation.monoids import Aggregation
from app.values import DataType


class ProfileKind(StrEnum):
    """What an aggregated document is about; sessions have attributes, but only our own."""

    __hash__ = str.__hash__  # in C: members are keys where every microsecond counts

    USER = "USER"
    ACCOUNT = "ACCOUNT"
    SESSION = "SESSION"


class AttributeOrigin(StrEnum):
    """Where a definition comes from."""

    DEFAULT = "DEFAULT"
    CUSTOM_DIMENSION = "CUSTOM_DIMENSION"
    CUSTOM = "CUSTOM"
    IMPORTED = "IMPORTED"


class ValueFormat(StrEnum):
    """A narrower meaning of a value; of two consents at the same moment, the refusal counts."""

    PLAIN = "PLAIN"
    COUNTRY = "COUNTRY"
    CONSENT = "CONSENT"


class TextSearch(StrEnum):
    """How full-text search finds the values of a text attribute."""

    NONE = "NONE"
    WORDS = "WORDS"
    PARTS = "PARTS"


@dataclass(frozen=True, slots=True)
class AttributeDefinition:
    """``source`` is the normalised path of the event field (``context.geo.city``).

    ``since`` is the version of the catalogue that first had it: events folded under an older
    version have not fed it, which is what back-fill makes good.

    ``life`` counts the definitions that have had this name. Each has a place of its own in the
    documents, so that nothing which a deleted attribute left behind ever meets a new one.
    """

    kind: ProfileKind
    name: str
    display_name: str
    data_type: DataType
    aggregation: Aggregation
    origin: AttributeOrigin
    source: str | None
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    value_format: ValueFormat = ValueFormat.PLAIN
    since: int = 0
    search: TextSearch = TextSearch.WORDS
    life: int = 1

    @property
    def key(self) -> str:
        """Unique among the definitions that there are."""
        return f"{self.kind}:{self.name}"

    @property
    def stored_as(self) -> str:
        """The field in the profile document: the name, in later lives ``name~2`` and so on."""
        return self.name if self.life == 1 else f"{self.name}~{self.life}"

    @property
    def id(self) -> str:
        """Unique among all definitions that there ever were."""
        return f"{self.kind}:{self.stored_as}"


class BackfillState(StrEnum):
    """Where a back-fill stands."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Backfill:
    """How far the events that were stored before a definition have fed it.

    ``processed`` and ``total`` count events, ``after`` is the last document that is filled.
    """

    processed: int = 0
    total: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    after: str = ""

    @property
    def state(self) -> BackfillState:
        """Derived from the two times."""
        if self.finished_at:
            return BackfillState.DONE
        return BackfillState.RUNNING if self.started_at else BackfillState.WAITING
