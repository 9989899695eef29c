"""Attribute definitions. Pure.

A definition says which event field feeds an attribute, what type its values have and how they
become one state. Its name is the field name in the profile document, so it is safe as a path.
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
    """A narrower meaning of a text value."""

    PLAIN = "PLAIN"
    COUNTRY = "COUNTRY"


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

    @property
    def key(self) -> str:
        """Unique among all definitions."""
        return f"{self.kind}:{self.name}"
