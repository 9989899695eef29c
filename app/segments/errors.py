"""What may be wrong with a segment; a branch of the tree in ``app/errors.py``."""

from collections.abc import Sequence
from datetime import datetime

from app.errors import InputError, shown


class SegmentInvalidError(InputError):
    """A segment breaks a rule."""

    code = "SEGMENT_INVALID"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}.", (field,))


class SegmentNotFoundError(InputError):
    """No segment has this id; it may have been deleted."""

    code = "SEGMENT_NOT_FOUND"

    def __init__(self, argument: str = "id") -> None:
        super().__init__("No segment has this id.", (argument,))


class SegmentInUseError(InputError):
    """Other segments would lose what they are made of."""

    code = "SEGMENT_IN_USE"

    def __init__(self, name: str, users: Sequence[str]) -> None:
        super().__init__(f"{shown(name)} is used by {_listed(users)}.", ("id",))


class SegmentCycleError(InputError):
    """Segments that are made of each other have no meaning."""

    code = "SEGMENT_CYCLE"

    def __init__(self, circle: Sequence[str]) -> None:
        super().__init__(
            f"Segments cannot be made of each other: {_listed(circle)}.", ("definition",)
        )


class SegmentHistoryError(InputError):
    """Nothing is known of who was in the segment then."""

    code = "SEGMENT_HISTORY"

    def __init__(self, known: tuple[datetime, datetime] | None) -> None:
        when = " to ".join(one.isoformat() for one in known) if known else "no moment yet"
        super().__init__(f"Who was in the segment is known of {when}.", ("asOf",))


class SegmentChangedError(InputError):
    """The segment is no longer the version that the change was made to."""

    code = "SEGMENT_CHANGED"

    def __init__(self) -> None:
        super().__init__("Somebody else has just changed the segment; look at it again.", ("id",))


class SegmentRefreshingError(InputError):
    """Another refresh of the segment has begun since; it records what this one would have."""

    code = "SEGMENT_REFRESHING"

    def __init__(self) -> None:
        super().__init__("A later refresh of the segment has taken over.", ("id",))


_LISTED = 10


def _listed(names: Sequence[str]) -> str:
    """Names as they may stand in a message, not too many of them."""
    more = len(names) - _LISTED
    return ", ".join(map(shown, names[:_LISTED])) + (f" and {more} more" if more > 0 else "")
