"""A database that remembers which commands were sent to it."""

from collections.abc import Callable
from typing import Any

from app.storage.client import Client, Database, Document


class WatchedDatabase:
    """Passes every command on, and writes ``collection.command`` down."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.commands: list[str] = []

    @property
    def name(self) -> str:
        return self._database.name

    @property
    def client(self) -> Client:
        return self._database.client

    def __getitem__(self, name: str) -> Any:
        return _WatchedCollection(self._database[name], self.commands)

    async def command(self, command: Any, /) -> Document:
        return await self._database.command(command)

    def forget(self) -> None:
        """Begin anew."""
        self.commands.clear()


class _WatchedCollection:
    def __init__(self, collection: Any, commands: list[str]) -> None:
        self._collection = collection
        self._commands = commands

    @property
    def name(self) -> str:
        return str(self._collection.name)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def command(*arguments: Any, **options: Any) -> Any:
            self._commands.append(f"{self._collection.name}.{name}")
            return getattr(self._collection, name)(*arguments, **options)

        return command
