"""Regular expressions for what people write, the same to Python and to PCRE. Pure.

They are made of escaped pieces, so that nothing a user writes is an operator of them, and they
never come back to a piece that has been found, so that none is slow, however it is written.
"""

import re
from collections.abc import Iterable

_ANYTHING = r"[\s\S]"
_END = rf"(?!{_ANYTHING})"
"""Nothing follows: ``$`` also stands before a last line break, ``\\Z`` differs between engines."""


def containing(text: str) -> str:
    """The pattern for texts that hold this one; a pattern cannot hold the character NUL itself."""
    return re.escape(text).replace("\0", r"\x00")


def beginning(text: str) -> str:
    """The pattern for texts that begin with this one: an index narrows it down."""
    return f"^{containing(text)}"


def wildcard(text: str) -> str:
    """The pattern for whole texts, where ``*`` stands for anything."""
    return pieces(text.split("*"))


def pieces(texts: Iterable[str]) -> str:
    """The pattern for whole texts that are made of these, with anything between them."""
    start, *rest = map(containing, texts)
    if not rest:
        return f"^{start}{_END}"
    *middle, end = rest
    # An atomic group takes the first place that fits and never comes back.
    anywhere = "".join(f"(?>{_ANYTHING}*?{one})" for one in middle if one)
    return f"^{start}{anywhere}{_ANYTHING}*{end}{_END}"
