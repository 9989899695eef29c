"""Which keys a file had before: on disk, so that memory is flat however many there are."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from types import TracebackType
from typing import Self


class Seen:
    """Remembers keys; a temporary database, of which SQLite keeps some MiB in memory."""

    def __init__(self) -> None:
        self._store = sqlite3.connect("", isolation_level=None, cached_statements=4)
        self._store.execute("CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._store.close()

    def new(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys that were not there before, each once; from now on they were."""
        with closing(self._store.cursor()) as cursor:
            cursor.execute("BEGIN")
            added = [key for key in keys if self._add(cursor, key)]
            cursor.execute("COMMIT")
        return added

    @staticmethod
    def _add(cursor: sqlite3.Cursor, key: str) -> bool:
        return cursor.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,)).rowcount > 0
