"""What full-text search looks for: the words of texts, without case and accents. Pure.

A document keeps the terms of all that it holds or ever held as a set, so they combine in any order.
A word is found by how it begins; for texts that people know by a part (names, addresses, ids) its
later parts are terms too, so that it is found by its middle.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from app.values import country_names

MAX_WORDS = 12
"""Of one text: search finds names and labels, not passages."""

MAX_WORD = 32
SHORTEST_PART = 3
"""Letters of a part: shorter ones are in every other word."""

_WORD = re.compile(r"\w+")


def country_terms(code: str) -> frozenset[str]:
    """Countries are found by their code and by the words of their name."""
    return terms(f"{code} {country_names()[code]}", with_parts=False)


@lru_cache(50_000)  # the same cities, browsers and names come again and again
def terms(text: str, *, with_parts: bool) -> frozenset[str]:
    """Every term of a text."""
    found = words(text)
    if not with_parts:
        return frozenset(found)
    return frozenset(part for word in found for part in _parts(word))


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in order, as they are compared."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    return tuple(one[:MAX_WORD] for one in _WORD.findall(bare)[:MAX_WORDS])


def _parts(word: str) -> Iterable[str]:
    yield word
    for start in range(1, len(word) - SHORTEST_PART + 1):
        yield word[start:]
