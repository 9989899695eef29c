"""What the driver raises when the database is away, in our own words."""

from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    WaitQueueTimeoutError,
)

from app.errors import QueryTimeoutError, StoreUnavailableError

_AWAY = (ConnectionFailure, WaitQueueTimeoutError)


_DUPLICATE_KEY = 11000


def duplicates(error: BulkWriteError) -> list[int]:
    """The operations whose document is there already; any other failure is raised."""
    failures = error.details["writeErrors"]
    if any(failure["code"] != _DUPLICATE_KEY for failure in failures):
        raise error
    return [failure["index"] for failure in failures]


def known(error: Exception) -> Exception:
    """The error as the API tells it: a database that does not answer is a reason to retry."""
    if isinstance(error, ExecutionTimeout):
        return QueryTimeoutError("the database allows")
    return StoreUnavailableError() if isinstance(error, _AWAY) else error
