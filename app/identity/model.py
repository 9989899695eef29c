"""Identifiers: typed values that say who somebody is. Pure.

``user_id:x`` and ``cookie_id:x`` are different identifiers. Values are compared as they are,
without folding of case.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from app.errors import IdentifierRefusedError

USER_ID = "user_id"
COOKIE_ID = "cookie_id"
MAX_LENGTH = 256

_TYPE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOTHING_BUT_ZEROES = re.compile(r"[0-]+")
_JUNK = frozenset(
    {
        "",
        "null",
        "undefined",
        "none",
        "nan",
        "anonymous",
        "guest",
        "unknown",
        "true",
        "false",
        "0",
        "-1",
        "[object object]",
    }
)
_QUOTES = "\"'`"


class IdentityPolicy(StrEnum):
    """What becomes of profiles that meet in one event.

    ``FIRST_USER_WINS``: two user ids are never one person; what already belongs to a user id stays
    with it.
    """

    MERGE_ALL = "merge_all"
    FIRST_USER_WINS = "first_user_wins"


class Identifier(NamedTuple):
    """One typed identifier."""

    type: str
    value: str

    @property
    def key(self) -> str:
        """``type:value``, unique since types have no colon."""
        return f"{self.type}:{self.value}"

    @classmethod
    def from_key(cls, key: str) -> "Identifier":
        """The identifier of a key."""
        return cls(*key.split(":", 1))


@lru_cache(10_000)  # the same people send event after event
def identifier(kind: str, value: str) -> Identifier:
    """The identifier, if this value can identify anybody."""
    if not is_type(kind):
        raise IdentifierRefusedError(kind, value, "a type is lower-case letters, digits and _")
    if len(value) > MAX_LENGTH:
        raise IdentifierRefusedError(kind, value, f"it is longer than {MAX_LENGTH} characters")
    if is_junk(value):
        raise IdentifierRefusedError(kind, value, "this value identifies nobody")
    if not value.isprintable() and _CONTROL.search(value):
        raise IdentifierRefusedError(kind, value, "it has control characters")
    return Identifier(kind, value)


def is_type(kind: str) -> bool:
    """Whether this can be the type of an identifier; a colon in it would blur the key."""
    return _TYPE.fullmatch(kind) is not None


def is_junk(value: str) -> bool:
    """Values that many clients send for nobody in particular, in any case, also quoted."""
    bare = value.strip().strip(_QUOTES).strip().lower()
    return bare in _JUNK or bool(_NOTHING_BUT_ZEROES.fullmatch(bare))


def user_ids(identifiers: Iterable[str]) -> frozenset[str]:
    """The user ids among these keys."""
    return frozenset(one for one in identifiers if one.startswith(_USER_ID_KEY))


def principal(identifiers: Sequence[str]) -> str:
    """Whom an event is about, should its identifiers not be one person: the user, else the first.

    The last user id is also the one that the profile shows.
    """
    users = [one for one in identifiers if one.startswith(_USER_ID_KEY)]
    return users[-1] if users else identifiers[0]


_USER_ID_KEY = f"{USER_ID}:"
