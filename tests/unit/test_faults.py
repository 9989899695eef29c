"""What the driver raises, as the API tells it."""

from typing import Any

import pytest
from pymongo.errors import AutoReconnect, BulkWriteError, ExecutionTimeout, OperationFailure

from app.errors import QueryTimeoutError, StoreUnavailableError
from app.storage.faults import Refused, duplicates, known, refused


def a_bulk(*codes: int, unsure: bool = False) -> BulkWriteError:
    errors = [{"index": index, "code": code} for index, code in enumerate(codes)]
    details: dict[str, Any] = {"writeErrors": errors}
    return BulkWriteError(details | {"writeConcernErrors": [{"code": 64}] if unsure else []})


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (AutoReconnect("gone"), StoreUnavailableError),
        (ExecutionTimeout("slow", 50), QueryTimeoutError),
        (OperationFailure("no space", 14031), StoreUnavailableError),
        (a_bulk(11000, 112), StoreUnavailableError),
        (a_bulk(11000, unsure=True), StoreUnavailableError),
        (OperationFailure("no such operator", 168), OperationFailure),
        (a_bulk(2), BulkWriteError),
        (ValueError("ours"), ValueError),
    ],
)
def test_failure_that_passes_is_a_reason_to_retry(raised: Exception, told: type[Exception]) -> None:
    assert type(known(raised)) is told


def test_operations_are_refused_for_what_is_there_or_would_be_too_large() -> None:
    assert refused(a_bulk(11000, 17419, 10334)) == Refused([0], [1, 2])
    assert duplicates(a_bulk(11000, 11000)) == [0, 1]


@pytest.mark.parametrize("error", [a_bulk(11000, 112), a_bulk(11000, unsure=True)])
def test_write_that_failed_or_may_be_lost_is_not_taken_for_a_duplicate(
    error: BulkWriteError,
) -> None:
    with pytest.raises(BulkWriteError):
        refused(error)


def test_insert_that_is_too_large_is_no_duplicate() -> None:
    with pytest.raises(BulkWriteError):
        duplicates(a_bulk(10334))
