"""Databases of our own on the server: made and migrated here, dropped at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from app.services import utc_now
from app.storage.client import Database, close, connect
from migrations.runner import migrate


@asynccontextmanager
async def fresh_database(uri: str) -> AsyncIterator[Database]:
    """A migrated, empty database."""
    database = connect(uri, f"benchmark_{uuid4().hex[:12]}")
    try:
        async for _ in migrate(database, now=utc_now()):
            pass
        yield database
    finally:
        await database.client.drop_database(database.name)
        await close(database)
