"""A server that is sent anything."""

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from app.storage.client import Database
from tests.hostile.answers import Victim, victim


@pytest.fixture
async def server(database: Database) -> AsyncIterator[Victim]:
    """A server on a fresh database."""
    with capture_logs() as logged:
        async with victim(database) as started:
            yield started
    assert [one for one in logged if one["log_level"] == "error"] == []
