"""The database as the rest of the program sees it, and the one way to reach it.

The protocols name exactly the methods of PyMongo's async API that are used here; a server and
the embedded store both offer them. Errors are PyMongo's own and pass through unchanged.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, Protocol, TypeAlias, cast

from pymongo import (
    AsyncMongoClient,
    DeleteMany,
    DeleteOne,
    InsertOne,
    ReplaceOne,
    UpdateMany,
    UpdateOne,
)
from pymongo.results import (
    BulkWriteResult,
    DeleteResult,
    InsertManyResult,
    InsertOneResult,
    UpdateResult,
)

from app.storage.deadline import LimitedDatabase
from app.storage.embedded import EmbeddedDatabase

Document: TypeAlias = dict[str, Any]
Filter: TypeAlias = Mapping[str, Any]
Pipeline: TypeAlias = Sequence[Mapping[str, Any]]
Update: TypeAlias = Mapping[str, Any] | Pipeline
Order: TypeAlias = Sequence[tuple[str, int]]
Index: TypeAlias = str | Sequence[tuple[str, int | str]]
Write: TypeAlias = (
    InsertOne[Document] | UpdateOne | UpdateMany | ReplaceOne[Document] | DeleteOne | DeleteMany
)


class Cursor(Protocol):
    """Documents that are fetched while they are read."""

    def __aiter__(self) -> AsyncIterator[Document]: ...

    async def to_list(self, length: int | None = None) -> list[Document]: ...

    async def close(self) -> None: ...


class Collection(Protocol):
    """One collection; every method is one command of the server."""

    @property
    def name(self) -> str: ...

    async def find_one(
        self,
        condition: Filter | None = None,
        /,
        projection: Mapping[str, Any] | None = None,
        *,
        sort: Order | None = None,
        hint: str | None = None,
    ) -> Document | None: ...

    def find(
        self,
        condition: Filter | None = None,
        /,
        projection: Mapping[str, Any] | None = None,
        *,
        sort: Order | None = None,
        skip: int = 0,
        limit: int = 0,
        batch_size: int = 0,
        hint: str | None = None,
        naive_times: bool = False,
    ) -> Cursor:
        """``naive_times``: they are in UTC and do not say so, which halves the time to decode."""
        ...

    async def count_documents(
        self, condition: Filter, /, *, limit: int | None = None, hint: str | None = None
    ) -> int: ...

    async def estimated_document_count(self) -> int: ...

    async def aggregate(
        self,
        pipeline: Pipeline,
        /,
        *,
        hint: str | None = None,
        batchSize: int = 0,  # noqa: N803  # the driver's own name
    ) -> Cursor: ...

    async def insert_one(self, document: Document, /) -> InsertOneResult: ...

    async def insert_many(
        self, documents: Iterable[Document], /, *, ordered: bool = True
    ) -> InsertManyResult: ...

    async def update_one(
        self, condition: Filter, update: Update, /, *, upsert: bool = False
    ) -> UpdateResult: ...

    async def update_many(
        self, condition: Filter, update: Update, /, *, upsert: bool = False
    ) -> UpdateResult: ...

    async def find_one_and_update(
        self,
        condition: Filter,
        update: Update,
        /,
        projection: Mapping[str, Any] | None = None,
        *,
        sort: Order | None = None,
        upsert: bool = False,
        return_document: bool = False,
    ) -> Document | None: ...

    async def bulk_write(
        self, requests: Sequence[Write], /, *, ordered: bool = True
    ) -> BulkWriteResult: ...

    async def delete_one(self, condition: Filter, /) -> DeleteResult: ...

    async def delete_many(self, condition: Filter, /) -> DeleteResult: ...

    async def create_index(self, keys: Index, /, **options: Any) -> str: ...

    async def drop_index(self, name: str, /) -> None: ...

    async def index_information(self) -> Mapping[str, Any]: ...

    async def drop(self) -> None: ...


class Client(Protocol):
    """What a database belongs to."""

    async def drop_database(self, name_or_database: str, /) -> None: ...

    async def close(self) -> None: ...


class Database(Protocol):
    """One database of a server, or the embedded store."""

    @property
    def name(self) -> str: ...

    @property
    def client(self) -> Client: ...

    def __getitem__(self, name: str) -> Collection: ...

    async def command(self, command: str | Mapping[str, Any], /) -> Document: ...


def connect(uri: str | None, database: str) -> Database:
    """The database at ``uri``, or a new embedded store when there is no uri.

    Nothing is sent yet: a server that does not answer shows with the first command.
    """
    if uri is None:
        return EmbeddedDatabase(database)
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        uri,
        tz_aware=True,
        tzinfo=UTC,
        uuidRepresentation="standard",
        appname="profilegraph",
        connectTimeoutMS=5_000,
        serverSelectionTimeoutMS=5_000,
        socketTimeoutMS=60_000,
    )
    return cast("Database", LimitedDatabase(client[database]))


async def close(database: Database) -> None:
    """Give the connections back; an embedded store is gone with its last reference."""
    await database.client.close()
