"""A database that has profiles in memory, ready to be shown: reading them costs nothing."""

from collections.abc import AsyncIterator
from typing import Any

from app.storage.client import Client, Document
from app.storage.embedded import EmbeddedDatabase


class KeptDatabase:
    """The embedded store, but for lists of profiles."""

    def __init__(self, documents: list[Document]) -> None:
        self._embedded = EmbeddedDatabase("kept")
        self._profiles = _KeptCollection(self._embedded["profiles"], documents)

    @property
    def name(self) -> str:
        return self._embedded.name

    @property
    def client(self) -> Client:
        return self._embedded.client

    def __getitem__(self, name: str) -> Any:
        return self._profiles if name == "profiles" else self._embedded[name]

    async def command(self, command: Any, /) -> Document:
        return await self._embedded.command(command)


class _KeptCollection:
    def __init__(self, embedded: Any, documents: list[Document]) -> None:
        self._embedded = embedded
        self._documents = documents

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedded, name)

    def find(self, *_: object, limit: int = 0, **__: object) -> "_KeptCursor":
        return _KeptCursor(self._documents[:limit])


class _KeptCursor:
    def __init__(self, documents: list[Document]) -> None:
        self._documents = documents

    async def to_list(self) -> list[Document]:
        return self._documents

    async def __aiter__(self) -> AsyncIterator[Document]:
        for document in self._documents:
            yield document
