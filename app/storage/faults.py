"""What the driver raises when the database is away, in our own words."""

from typing import NamedTuple

from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    WaitQueueTimeoutError,
)

from app.errors import QueryTimeoutError, StoreUnavailableError

_AWAY = (ConnectionFailure, WaitQueueTimeoutError)


_DUPLICATE_KEY = 11000

_TOO_LARGE = frozenset({10334, 17419, 17420})
"""A document that is over MongoDB's 16 MB, or would be."""

_PASSING = frozenset({6, 7, 24, 89, 91, 112, 134, 146, 189, 262, 9001, 11600, 11601, 11602, 14031})
"""Servers that shut down, run out of something, or were asked for the same by too many."""


class Refused(NamedTuple):
    """Operations of a bulk whose document is there already, and whose would be too large."""

    duplicates: list[int]
    too_large: list[int]


def refused(error: BulkWriteError) -> Refused:
    """The operations that a server refused for what they are; any other failure is raised."""
    failures = error.details["writeErrors"]
    expected = _TOO_LARGE | {_DUPLICATE_KEY}
    if not {failure["code"] for failure in failures} <= expected or _unsure(error):
        raise error
    codes = [(failure["index"], failure["code"]) for failure in failures]
    return Refused(
        [index for index, code in codes if code == _DUPLICATE_KEY],
        [index for index, code in codes if code in _TOO_LARGE],
    )


def duplicates(error: BulkWriteError) -> list[int]:
    """The operations whose document is there already; any other failure is raised."""
    found = refused(error)
    if found.too_large:
        raise error
    return found.duplicates


def known(error: Exception) -> Exception:
    """The error as the API tells it: a database that does not answer is a reason to retry."""
    if isinstance(error, ExecutionTimeout):
        return QueryTimeoutError("the database allows")
    passing = isinstance(error, _AWAY) or _is_passing(error)
    return StoreUnavailableError() if passing else error


def _is_passing(error: Exception) -> bool:
    """A failure of the server that another attempt may not meet."""
    if isinstance(error, BulkWriteError):
        failures = error.details.get("writeErrors", [])
        return _unsure(error) or any(failure["code"] in _PASSING for failure in failures)
    return isinstance(error, OperationFailure) and error.code in _PASSING


def _unsure(error: BulkWriteError) -> bool:
    """Written, but not known to stay when a member of the replica set fails."""
    return bool(error.details.get("writeConcernErrors"))
