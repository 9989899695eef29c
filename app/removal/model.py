"""Why a profile or an account ends, and how large they may be. Pure."""

from dataclasses import dataclass
from enum import StrEnum

MAX_IDENTIFIERS = 1000
"""Identifiers of a profile; one more, and it is no person but a crowd."""

MAX_BYTES = 512 * 1024
"""Bytes of a profile as the store keeps it."""

MAX_ACCOUNT_BYTES = 1024 * 1024
"""Bytes of an account: it has values of many people, and the larger it is, the dearer to write."""

FULL = 16 * 1024 * 1024 - 64 * 1024
"""Bytes from which on the store has hardly room for the mark that a document has ended."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a document may have; accounts have no identifiers."""

    bytes: int
    identifiers: int = MAX_IDENTIFIERS


class Reason(StrEnum):
    """Why a profile, or an account, was removed."""

    IDENTIFIERS = "IDENTIFIERS"
    SIZE = "SIZE"
    EXPIRED = "EXPIRED"
    ERASED = "ERASED"

    @property
    def is_broken(self) -> bool:
        """Whether it grew beyond a limit: its events stay, and it is kept for inspection."""
        return self in (Reason.IDENTIFIERS, Reason.SIZE)
