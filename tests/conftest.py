"""Fixtures for every test: a database that nobody else uses.

Without ``MONGODB_URI`` it is the embedded store, with it a server; the same tests must pass.
"""

import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from app.storage.client import Database, close, connect


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """A fresh, empty database, dropped afterwards."""
    store = connect(os.environ.get("MONGODB_URI"), f"test_{uuid4().hex[:16]}")
    yield store
    await store.client.drop_database(store.name)
    await close(store)
