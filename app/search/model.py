"""What a search says: a closed tree of terms. Pure.

A search is text such as ``@type:view -@geo.city:(Recife OR Olinda) @duration:>5s``. What its fields
are is decided by those who search: events have other ones than traces.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Pattern:
    """Pieces of text with anything between them; one piece is the whole text."""

    pieces: tuple[str, ...]

    @property
    def text(self) -> str | None:
        """The whole text, where nothing is left open."""
        return self.pieces[0] if len(self.pieces) == 1 else None

    @property
    def is_anything(self) -> bool:
        """Whether whatever there is matches."""
        return self.pieces == ("", "")


class Comparison(StrEnum):
    """How a value is compared with a bound."""

    GT = ">"
    GTE = ">="
    LT = "<"
    LTE = "<="


@dataclass(frozen=True, slots=True)
class Same:
    """The value matches one of these patterns."""

    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """The value is beyond the bound, which may have a unit: ``5s``."""

    comparison: Comparison
    bound: str


@dataclass(frozen=True, slots=True)
class Within:
    """The value is between the bounds or one of them; None: there is none on this side."""

    least: str | None
    most: str | None


Test: TypeAlias = Same | Compared | Within


@dataclass(frozen=True, slots=True)
class Facet:
    """A value of the field passes the test; fields keep their leading ``@``."""

    field: str
    test: Test


@dataclass(frozen=True, slots=True)
class Text:
    """Free text, to be found wherever that is looked for."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class All:
    """Every term holds; none at all hold always."""

    terms: "tuple[Term, ...]"


@dataclass(frozen=True, slots=True)
class Any:
    """At least one term holds."""

    terms: "tuple[Term, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: "Term"


Term: TypeAlias = Facet | Text | All | Any | Not
