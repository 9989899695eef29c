"""Why a profile ends. Pure."""

from enum import StrEnum

MAX_IDENTIFIERS = 1000
"""Identifiers of a profile; one more, and it is no person but a crowd."""

MAX_BYTES = 512 * 1024
"""Bytes of a profile as the store keeps it."""


class Reason(StrEnum):
    """Why a profile was removed."""

    IDENTIFIERS = "IDENTIFIERS"
    SIZE = "SIZE"
    EXPIRED = "EXPIRED"
    ERASED = "ERASED"

    @property
    def is_broken(self) -> bool:
        """Whether it grew beyond a limit: its events stay, and it is kept for inspection."""
        return self in (Reason.IDENTIFIERS, Reason.SIZE)
