"""What the driver raises when the database is away, in our own words."""

from pymongo.errors import ConnectionFailure, ExecutionTimeout, WaitQueueTimeoutError

from app.errors import StoreUnavailableError

_AWAY = (ConnectionFailure, ExecutionTimeout, WaitQueueTimeoutError)


def known(error: Exception) -> Exception:
    """The error as the API tells it: a database that does not answer is a reason to retry."""
    return StoreUnavailableError() if isinstance(error, _AWAY) else error
