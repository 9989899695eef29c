"""Fixtures for every test: a database that nobody else uses.

Without ``MONGODB_URI`` it is the embedded store, with it a server; the same tests must pass.
Properties are tried on the same few examples each time, or on many new ones:
``HYPOTHESIS_PROFILE=thorough`` looks for what nobody has thought of yet.
"""

import os
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from pymongo import MongoClient

from app.storage.client import Database, Document, close, connect
from tests.emptied import Emptied
from tests.living import World, first_process, prepare

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


@pytest.fixture(scope="session")
def emptied() -> Iterator[Emptied]:
    """The database that the tests of this process use one after the other, on a server."""
    kept = Emptied(f"test_{uuid4().hex[:16]}")
    yield kept
    if URI and kept.is_made:
        with MongoClient[Document](URI) as client:
            client.drop_database(kept.name)


@pytest.fixture
async def world(emptied: Emptied) -> AsyncIterator[World]:
    """The service over an empty database, with a clock that the test sets."""
    database = connect(URI, emptied.name)
    if emptied.is_made:
        await emptied.put_back(database)
    else:
        await prepare(database)
    if URI:
        await emptied.remember(database)
    yield first_process(database)
    await close(database)
