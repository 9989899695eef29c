"""The embedded store: documents in this process, behind the methods of PyMongo's async API.

mongomock supplies filters, projections, pipelines and index declarations. What it gets wrong is
put right here, and only here; the domains never know which store they have. It is for trying
out and for fast tests: nothing is written to disk and queries scan, except by ``_id``.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Self, TypeAlias

from bson import ObjectId
from mongomock_motor import AsyncMongoMockClient
from pymongo.common import validate_ok_for_replace, validate_ok_for_update
from pymongo.errors import BulkWriteError, InvalidOperation, OperationFailure
from pymongo.results import (
    BulkWriteResult,
    DeleteResult,
    InsertManyResult,
    InsertOneResult,
    UpdateResult,
)

from app.storage.deadline import milliseconds_left
from app.storage.embedded_engine import Engine
from app.storage.embedded_values import inward, outward, outward_naive

Document: TypeAlias = dict[str, Any]
Step: TypeAlias = Callable[[], Document]
Outward: TypeAlias = Callable[[Document], Document]

_NO_SUCH_COMMAND, _NO_SUCH_INDEX = 59, 27


class EmbeddedClient:
    """Owner of the databases of one embedded store."""

    def __init__(self) -> None:
        self.motor: Any = AsyncMongoMockClient()

    async def drop_database(self, name_or_database: str) -> None:
        await self.motor.drop_database(name_or_database)

    async def close(self) -> None:
        """Nothing is held open."""


class EmbeddedDatabase:
    """A store of its own: two databases of the same name share nothing."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.client = EmbeddedClient()
        self._motor = self.client.motor[name]
        self._collections: dict[str, EmbeddedCollection] = {}

    def __getitem__(self, name: str) -> "EmbeddedCollection":
        if name not in self._collections:
            self._collections[name] = EmbeddedCollection(self._motor, name)
        return self._collections[name]

    async def command(self, command: str | Mapping[str, Any]) -> Document:
        try:
            return dict(await self._motor.command(command))
        except NotImplementedError as unknown:
            name = command if isinstance(command, str) else next(iter(command))
            raise OperationFailure(f"no such command: '{name}'", _NO_SUCH_COMMAND) from unknown


class EmbeddedCursor:
    """Runs its query when the first document is asked for, as a server's cursor does."""

    def __init__(self, query: Callable[[], Iterable[Document]], outward: Outward = outward) -> None:
        self._query = query
        self._outward = outward
        self._rest: Iterator[Document] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Document:
        if self._rest is None:
            await _turn()
            self._rest = iter([self._outward(document) for document in self._query()])
        for document in self._rest:
            return document
        raise StopAsyncIteration

    async def to_list(self, length: int | None = None) -> list[Document]:
        documents: list[Document] = []
        while length is None or len(documents) < length:
            try:
                documents.append(await anext(self))
            except StopAsyncIteration:
                break
        return documents

    async def close(self) -> None:
        self._rest = iter(())


class EmbeddedCollection:
    """Every method is one atomic step; what goes in and out is copied as BSON."""

    def __init__(self, database: Any, name: str) -> None:
        self.name = name
        self._motor = database[name]
        self._engine = Engine(database.delegate[name])

    async def find_one(
        self,
        condition: Mapping[str, Any] | None = None,
        /,
        projection: Mapping[str, Any] | None = None,
        *,
        sort: Sequence[tuple[str, int]] | None = None,
        hint: str | None = None,
    ) -> Document | None:
        cursor = self.find(condition, projection, sort=sort, limit=1, hint=hint)
        return await anext(cursor, None)

    def find(
        self,
        condition: Mapping[str, Any] | None = None,
        /,
        projection: Mapping[str, Any] | None = None,
        *,
        sort: Sequence[tuple[str, int]] | None = None,
        skip: int = 0,
        limit: int = 0,
        batch_size: int = 0,
        hint: str | None = None,
        naive_times: bool = False,
    ) -> EmbeddedCursor:
        del batch_size, hint  # they change how a server works, never what it answers
        wanted, until = inward(condition or {}), skip + limit if limit else None

        def query() -> list[Document]:
            found = self._engine.matching(wanted, sort or ())[skip:until]
            return [self._engine.projected(document, projection) for document in found]

        return EmbeddedCursor(query, outward_naive if naive_times else outward)

    async def count_documents(
        self, condition: Mapping[str, Any], /, *, limit: int | None = None, hint: str | None = None
    ) -> int:
        del hint
        await _turn()
        return len(self._engine.matching(inward(condition))[:limit])

    async def estimated_document_count(self) -> int:
        return await self.count_documents({})

    async def aggregate(
        self,
        pipeline: Sequence[Mapping[str, Any]],
        *,
        hint: str | None = None,
        batchSize: int = 0,  # noqa: N803  # the driver's own name
    ) -> EmbeddedCursor:
        del batchSize, hint
        return EmbeddedCursor(partial(self._engine.run_pipeline, _inward_list(pipeline)))

    async def insert_one(self, document: Document) -> InsertOneResult:
        document.setdefault("_id", ObjectId())  # PyMongo tells the caller the id this way
        await _turn()
        self._engine.add(inward(document))
        return InsertOneResult(document["_id"], acknowledged=True)

    async def insert_many(
        self, documents: Iterable[Document], /, *, ordered: bool = True
    ) -> InsertManyResult:
        bulk, ids = _Bulk(self._engine), []
        for document in documents:
            bulk.add_insert(document)
            ids.append(document["_id"])
        await _turn()
        bulk.run(ordered=ordered)
        return InsertManyResult(ids, acknowledged=True)

    async def update_one(
        self, condition: Mapping[str, Any], update: Any, /, *, upsert: bool = False
    ) -> UpdateResult:
        return await self._update(condition, update, upsert=upsert, many=False)

    async def update_many(
        self, condition: Mapping[str, Any], update: Any, /, *, upsert: bool = False
    ) -> UpdateResult:
        return await self._update(condition, update, upsert=upsert, many=True)

    async def _update(
        self, condition: Mapping[str, Any], update: Any, *, upsert: bool, many: bool
    ) -> UpdateResult:
        validate_ok_for_update(update)
        await _turn()
        change = self._engine.change(
            inward(condition), _inward_update(update), upsert=upsert, many=many
        )
        return UpdateResult(change, acknowledged=True)

    async def find_one_and_update(
        self,
        condition: Mapping[str, Any],
        update: Any,
        /,
        projection: Mapping[str, Any] | None = None,
        *,
        sort: Sequence[tuple[str, int]] | None = None,
        upsert: bool = False,
        return_document: bool = False,
    ) -> Document | None:
        validate_ok_for_update(update)
        await _turn()
        before, after = self._engine.change_first(
            inward(condition), _inward_update(update), upsert=upsert, order=sort or ()
        )
        shown = after if return_document else before
        return outward(self._engine.projected(shown, projection)) if shown else None

    async def bulk_write(
        self, requests: Sequence[Any], /, *, ordered: bool = True
    ) -> BulkWriteResult:
        bulk = _Bulk(self._engine)
        for request in requests:
            request._add_to_bulk(bulk)  # noqa: SLF001  # how PyMongo itself reads its operations
        await _turn()
        return BulkWriteResult(bulk.run(ordered=ordered), acknowledged=True)

    async def delete_one(self, condition: Mapping[str, Any], /) -> DeleteResult:
        await _turn()
        return DeleteResult(
            {"n": self._engine.remove(inward(condition), many=False)}, acknowledged=True
        )

    async def delete_many(self, condition: Mapping[str, Any], /) -> DeleteResult:
        await _turn()
        return DeleteResult(
            {"n": self._engine.remove(inward(condition), many=True)}, acknowledged=True
        )

    async def create_index(self, keys: Any, /, **options: Any) -> str:
        """Uniqueness, expiry and the declaration are kept; no query gets faster."""
        name: str = await self._motor.create_index(keys, **options)
        self._engine.index_made()
        return name

    async def drop_index(self, name: str, /) -> None:
        try:
            await self._motor.drop_index(name)
        except OperationFailure as missing:
            raise OperationFailure(str(missing), _NO_SUCH_INDEX) from missing

    async def index_information(self) -> Mapping[str, Any]:
        return dict(await self._motor.index_information())

    async def drop(self) -> None:
        await self._motor.drop()


async def _turn() -> None:
    """Let other tasks run before each command, as they do while a server works."""
    await asyncio.sleep(0)
    milliseconds_left()


def _inward_list(stages: Iterable[Mapping[str, Any]]) -> list[Document]:
    return [inward(stage) for stage in stages]


def _inward_update(update: Any) -> Any:
    return inward(update) if isinstance(update, Mapping) else _inward_list(update)


class _Bulk:
    """What PyMongo's operations add themselves to, done one by one with a server's counts.

    mongomock's own builder lacks the newer arguments, numbers the upserts among themselves
    instead of by operation, and leaves the key out of its errors.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._steps: list[tuple[Step, Document]] = []

    def add_insert(self, document: Document) -> None:
        document.setdefault("_id", ObjectId())
        self._steps.append((partial(self._insert, inward(document)), document))

    def add_update(
        self, selector: Any, update: Any, multi: object, upsert: object, **options: Any
    ) -> None:
        validate_ok_for_update(update)
        self._add_change(selector, update, many=bool(multi), upsert=bool(upsert), **options)

    def add_replace(self, selector: Any, replacement: Any, upsert: object, **options: Any) -> None:
        validate_ok_for_replace(replacement)
        self._add_change(selector, replacement, many=False, upsert=bool(upsert), **options)

    def add_delete(self, selector: Any, limit: int, **options: Any) -> None:
        _refuse_unknown(options)
        step = partial(self._delete, inward(selector), many=limit == 0)
        self._steps.append((step, {"q": selector, "limit": limit}))

    def _add_change(
        self, selector: Any, update: Any, *, many: bool, upsert: bool, **options: Any
    ) -> None:
        order = dict(options.pop("sort", None) or {})
        _refuse_unknown(options)
        step = partial(
            self._change,
            inward(selector),
            _inward_update(update),
            many=many,
            upsert=upsert,
            order=tuple(order.items()),
        )
        shown = {"q": selector, "u": update, "multi": many, "upsert": upsert}
        self._steps.append((step, shown))

    def _insert(self, document: Document) -> Document:
        self._engine.add(document)
        return {"nInserted": 1}

    def _change(self, condition: Document, update: Any, **options: Any) -> Document:
        change = self._engine.change(condition, update, **options)
        if "upserted" in change:
            return {"nUpserted": 1, "upserted": change["upserted"]}
        return {"nMatched": change["n"], "nModified": change["nModified"]}

    def _delete(self, condition: Document, *, many: bool) -> Document:
        return {"nRemoved": self._engine.remove(condition, many=many)}

    def run(self, *, ordered: bool) -> Document:
        """Do every step; an unordered bulk goes on after an error, as on a server."""
        if not self._steps:
            raise InvalidOperation("No operations to execute")
        result = _no_result()
        for index, (step, operation) in enumerate(self._steps):
            try:
                _count(result, index, step())
            except OperationFailure as error:
                result["writeErrors"].append(_write_error(index, operation, error))
                if ordered:
                    break
        if result["writeErrors"]:
            raise BulkWriteError(result)
        return result


def _refuse_unknown(options: Mapping[str, Any]) -> None:
    """Rather no answer than one that leaves out what was asked; a hint changes no answer."""
    meant = [name for name, value in options.items() if value is not None and name != "hint"]
    if meant:
        raise NotImplementedError(f"the embedded store has no {', '.join(meant)} in bulk writes")


def _no_result() -> Document:
    counts = ("nInserted", "nUpserted", "nMatched", "nModified", "nRemoved")
    lists: Document = {"writeErrors": [], "writeConcernErrors": [], "upserted": []}
    return {**lists, **dict.fromkeys(counts, 0)}


def _count(result: Document, index: int, counts: Document) -> None:
    for name, count in counts.items():
        if name == "upserted":
            result["upserted"].append({"index": index, "_id": count})
        else:
            result[name] += count


def _write_error(index: int, operation: Document, error: OperationFailure) -> Document:
    details = {"errmsg": str(error), **(error.details or {})}
    return {**details, "index": index, "code": error.code, "op": operation}
