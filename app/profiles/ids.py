"""Ids of profiles: UUIDv7, so that the smaller id is the older profile.

A batch knows what all ids begin with that it will give, its cohort, before it gives the first.
So what it has begun for profiles that never came can be found by that alone.
"""

from datetime import datetime

from uuid_utils import uuid7

_COUNTING = 5
"""Hexadecimal digits that count the profiles of a cohort; a batch tries far fewer ids."""


def new_profile_id(now: datetime) -> str:
    """An id made at ``now``, known before the document exists."""
    return str(uuid7(nanoseconds=int(now.timestamp() * 1000) * 1_000_000))


def new_cohort(now: datetime) -> str:
    """What the ids begin with that one batch gives, and no other."""
    return new_profile_id(now)[:-_COUNTING]


def id_in_cohort(cohort: str, number: int) -> str:
    """The id of this number."""
    return f"{cohort}{number:0{_COUNTING}x}"
