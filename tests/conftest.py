"""Fixtures for every test: a database that nobody else uses.

Without ``MONGODB_URI`` it is the embedded store, with it a server; the same tests must pass.
Properties are tried on the same few examples each time, or on many new ones:
``HYPOTHESIS_PROFILE=thorough`` looks for what nobody has thought of yet.
"""

import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from app.storage.client import Database, close, connect
from tests.living import World, start

URI = os.environ.get("MONGODB_URI") or None

_SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
settings.register_profile(
    "modest", max_examples=60, derandomize=True, deadline=None, suppress_health_check=_SHARED
)
settings.register_profile(
    "thorough", max_examples=1000, deadline=None, suppress_health_check=_SHARED
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "modest"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked ``server`` say nothing without one."""
    missing = pytest.mark.skip(reason="needs a server: set MONGODB_URI")
    for item in items:
        if URI is None and item.get_closest_marker("server"):
            item.add_marker(missing)


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """A fresh, empty database, dropped afterwards."""
    store = connect(URI, f"test_{uuid4().hex[:16]}")
    yield store
    await store.client.drop_database(store.name)
    await close(store)


@pytest.fixture
async def world(database: Database) -> World:
    """The service over the database, with a clock that the test sets."""
    return await start(database)
