"""Ids for lines that have none. Pure.

An id is a hash of the source's name and of everything the line says, and of nothing else. So the
same file counts once however often, in whatever order of rows or columns, or in how many pieces
it comes, and whatever the mapping makes of it. Two lines that are equal in every column are one
event: the line number is no part of the id, since it changes with the order. Where equal lines
are different things, the file needs a column that tells them apart, such as a row number; it is
enough that the column is there.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b

import orjson

from app.importing.templates import Cells

_BYTES = 16


def row_ids(source: str, columns: Sequence[str]) -> Callable[[Cells], str]:
    """Makes the id of a row, the same for any order of columns."""
    order = sorted(range(len(columns)), key=columns.__getitem__)
    named = blake2b(orjson.dumps([source, *(columns[i] for i in order)]), digest_size=_BYTES)
    prefix = _prefix(source)

    def row_id(cells: Cells) -> str:
        digest = named.copy()
        digest.update(orjson.dumps([cells[i] for i in order]))
        return prefix + digest.hexdigest()

    return row_id


def line_id(source: str, line: bytes) -> str:
    """The id of a line of JSON."""
    text = orjson.dumps([source]) + line.strip()
    return _prefix(source) + blake2b(text, digest_size=_BYTES).hexdigest()


def _prefix(source: str) -> str:
    """Lets the ledger show where an event came from."""
    return f"{source or 'import'}:"
