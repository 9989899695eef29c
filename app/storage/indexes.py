"""Indexes that several processes make and drop at once."""

from pymongo.errors import OperationFailure

from app.storage.client import Collection

_INDEX_NOT_FOUND = 27


async def drop_index(collection: Collection, name: str) -> None:
    """Drop an index; nothing happens if another process was quicker."""
    try:
        await collection.drop_index(name)
    except OperationFailure as missing:
        if missing.code != _INDEX_NOT_FOUND:
            raise
