"""Ids of profiles: UUIDv7, so that the smaller id is the older profile."""

from datetime import datetime

from uuid_utils import uuid7


def new_profile_id(now: datetime) -> str:
    """An id made at ``now``, known before the document exists."""
    return str(uuid7(nanoseconds=int(now.timestamp() * 1000) * 1_000_000))
