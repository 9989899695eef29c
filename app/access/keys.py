"""Write keys: made at random, shown once, kept as their digests. Pure.

A key has 256 random bits, which nobody guesses: a plain SHA-256 gives nothing away. The slow and
salted hashes that passwords need would only make each request dearer.
"""

from hashlib import sha256
from secrets import token_urlsafe

PREFIX = "pgw_"
"""Lets people and scanners of leaked secrets tell what it is."""

MAX_LENGTH = 256


def new_key() -> str:
    """A key that nobody has had before."""
    return PREFIX + token_urlsafe(32)


def digest(key: str) -> str:
    """What a key is stored as."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
