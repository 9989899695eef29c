"""One collection of the embedded store: mongomock's, with our updates, look-ups and errors.

A stored document is never changed in place: an update makes a new one and puts it there when
nothing has failed, so every reader and every error sees a whole document. This reaches into
mongomock on purpose: its public methods read every document even when the filter names one id.
"""
# ruff: noqa: SLF001

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from bson import ObjectId, Regex
from mongomock import filtering, helpers
from pymongo.errors import DuplicateKeyError, WriteError
from sentinels import NOTHING  # type: ignore[import-untyped]  # mongomock's "missing"; no types

from app.storage.bson_order import Key, order_key
from app.storage.embedded_filter import applies
from app.storage.embedded_pipeline import run_pipeline
from app.storage.embedded_update import apply_update, upsert_seed
from app.storage.embedded_values import same, stored

Document: TypeAlias = dict[str, Any]
Order: TypeAlias = Sequence[tuple[str, int]]

_DUPLICATE, _IMMUTABLE_ID = 11000, 66
_QUERY = ("$match", "$sort", "$limit")
_SWEEP_SECONDS = 60
_EMPTY_LIST: Key = (0,)  # sorts before null

# mongomock's functions carry no types.
_candidates: Any = filtering.iter_key_candidates
_frozen: Any = helpers.hashdict


class Engine:
    """Takes and gives documents in the store's types; every method is atomic."""

    def __init__(self, mock: Any) -> None:
        self._mock = mock
        self._next_sweep = 0.0

    @property
    def _documents(self) -> Any:
        return self._mock._store

    def matching(self, condition: Document, order: Order = ()) -> list[Document]:
        """The stored documents themselves: copy before changing one."""
        self._sweep()
        found = self._by_id(condition)
        if found is None:
            found = self._scanned(condition)
        for path, direction in reversed(order):
            found.sort(key=lambda one: _sort_key(one, path, direction), reverse=direction < 0)
        return found

    def _scanned(self, condition: Document) -> list[Document]:
        """The matches among all; most are ruled out at a hundredth of what a filter costs."""
        texts = dict(_texts(condition))
        candidates = [one for one in self._documents.documents if _has_texts(one, texts)]
        if not candidates:
            applies(condition, {})  # a filter that is none is an error all the same
        return [one for one in candidates if applies(condition, one)]

    def _by_id(self, condition: Document) -> list[Document] | None:
        """The matches among the ids that the filter names, ``None`` if it names none."""
        ids = _wanted_ids(condition)
        if ids is None:
            return None
        known = [self._documents[key] for key in ids if key in self._documents]
        return [document for document in known if applies(condition, document)]

    def projected(self, document: Document, projection: Mapping[str, Any] | None) -> Document:
        """The fields asked for; mongomock writes to the projection, so it gets a copy."""
        if not projection:
            return document
        return dict(self._mock._copy_only_fields(document, dict(projection), dict))

    def run_pipeline(self, stages: Sequence[Document]) -> list[Document]:
        """mongomock knows no ``$unionWith``, and copies whole collections to begin with."""
        documents, rest = self._queried(stages)
        for is_union, some in groupby(rest, lambda stage: "$unionWith" in stage):
            if is_union:
                documents += [one for stage in some for one in self._joined(stage["$unionWith"])]
            else:
                documents = list(run_pipeline(documents, self._mock.database, list(some), None))
        return documents

    def _queried(self, stages: Sequence[Document]) -> tuple[list[Document], Sequence[Document]]:
        """Copies of what the leading stages find if they make a query, and the other stages."""
        query: Document = {}
        for stage, name in zip(stages, _QUERY, strict=False):
            if name not in stage:
                break
            query |= stage
        order = tuple(query.get("$sort", {}).items())
        found = self.matching(query.get("$match", {}), order)[: query.get("$limit")]
        return [stored(document) for document in found], stages[len(query) :]

    def _joined(self, other: Document) -> list[Document]:
        return Engine(self._mock.database[other["coll"]]).run_pipeline(other["pipeline"])

    def add(self, document: Document) -> None:
        """Insert, or say which key is taken as a server does."""
        key = _store_key(document["_id"])
        if key in self._documents:
            raise self._duplicate({"_id": document["_id"]})
        self._documents[key] = document
        try:
            self._mock._ensure_uniques(document)
        except DuplicateKeyError:
            del self._documents[key]
            raise

    def change(
        self,
        condition: Document,
        update: Any,
        *,
        upsert: bool = False,
        many: bool = False,
        order: Order = (),
    ) -> Document:
        """Update the first match or all of them; answers what a server's update answers."""
        found = self.matching(condition, order)[: None if many else 1]
        modified = sum(self._replace(one, self._changed(one, update)) for one in found)
        if found or not upsert:
            return {"n": len(found), "nModified": modified, "ok": 1.0}
        inserted = self._upserted(condition, update)
        return {"n": 1, "nModified": 0, "upserted": inserted["_id"], "ok": 1.0}

    def change_first(
        self, condition: Document, update: Any, *, upsert: bool, order: Order
    ) -> tuple[Document | None, Document | None]:
        """Update the first match in this order; the document before and after."""
        for before in self.matching(condition, order):
            after = self._changed(before, update)
            self._replace(before, after)
            return before, after
        return None, self._upserted(condition, update) if upsert else None

    def remove(self, condition: Document, *, many: bool) -> int:
        """Delete the first match or all of them; how many there were."""
        found = self.matching(condition)[: None if many else 1]
        for document in found:
            del self._documents[_store_key(document["_id"])]
        return len(found)

    def index_made(self) -> None:
        """Stop mongomock from looking for expired documents at every single access."""
        self._documents._ttl_indexes.clear()

    def _sweep(self) -> None:
        """Delete what has expired, once a minute as a server does."""
        if time.monotonic() < self._next_sweep:
            return
        self._next_sweep = time.monotonic() + _SWEEP_SECONDS
        for index in list(self._documents.indexes.values()):
            if "expireAfterSeconds" in index:
                self._documents._expire_documents(index)

    def _changed(self, document: Document, update: Any, *, inserting: bool = False) -> Document:
        """What the document becomes; an update without operators replaces all but the id."""
        copy = stored(document)
        if isinstance(update, list):
            [copy] = run_pipeline([copy], self._mock.database, update, None)
        elif next(iter(update), "").startswith("$"):
            apply_update(copy, update, inserting=inserting)
        else:
            copy = {name: value for name, value in copy.items() if name == "_id"} | update
        if "_id" in document and order_key(copy.get("_id")) != order_key(document["_id"]):
            raise WriteError("the (immutable) field '_id' was found to be altered", _IMMUTABLE_ID)
        return stored(copy)

    def _replace(self, before: Document, after: Document) -> bool:
        """Put the new document in the place of the old one; true if anything is different."""
        if same(before, after):
            return False
        key = _store_key(before["_id"])
        self._documents[key] = after
        try:
            self._mock._ensure_uniques(after)
        except DuplicateKeyError:
            self._documents[key] = before
            raise
        return True

    def _upserted(self, condition: Document, update: Any) -> Document:
        changed = self._changed(upsert_seed(condition), update, inserting=True)
        document = {"_id": changed.get("_id", ObjectId())} | changed
        self.add(document)
        return document

    def _duplicate(self, value: Document) -> DuplicateKeyError:
        message = (
            f"E11000 duplicate key error collection: {self._mock.full_name} "
            f"index: _id_ dup key: {value}"
        )
        details = {"index": 0, "code": _DUPLICATE, "errmsg": message}
        key = {"keyPattern": {"_id": 1}, "keyValue": value}
        return DuplicateKeyError(message, _DUPLICATE, details | key)


def _store_key(identity: Any) -> Any:
    """An id that is a document is frozen, since mongomock keeps documents in a dict by id."""
    return _frozen(identity) if isinstance(identity, dict) else identity


def _wanted_ids(condition: Document) -> list[Any] | None:
    """The only ids that can match, without repeats, or ``None`` when the filter names none."""
    wanted = condition.get("_id")
    if not isinstance(wanted, dict):
        ids = [wanted]
    elif "$eq" in wanted:
        ids = [wanted["$eq"]]
    else:
        ids = wanted.get("$in", [None])
    return None if any(map(_is_open, ids)) else list(dict.fromkeys(ids))


def _texts(condition: Document) -> Iterator[tuple[str, str]]:
    """The texts that fields of the document have to be equal to, as far as one sees at once."""
    for name, wanted in condition.items():
        if name == "$and":
            for part in wanted:
                yield from _texts(part)
        elif isinstance(wanted, str) and "." not in name and not name.startswith("$"):
            yield name, wanted


def _has_texts(document: Document, texts: Mapping[str, str]) -> bool:
    for name, wanted in texts.items():
        value = document.get(name)
        if value != wanted and not (isinstance(value, list) and wanted in value):
            return False
    return True


def _is_open(identity: Any) -> bool:
    """More than one id may match this, or it is no plain key."""
    return identity is None or isinstance(identity, dict | list | Regex)


def _sort_key(document: Document, path: str, direction: int) -> Key:
    """A list counts as its least element when ascending and as its greatest when descending."""
    keys = [key for found in _candidates(path, document) for key in _sort_keys(found)]
    pick = max if direction < 0 else min
    return pick(keys, default=order_key(None))


def _sort_keys(found: Any) -> list[Key]:
    if isinstance(found, list):
        return [order_key(element) for element in found] or [_EMPTY_LIST]
    return [order_key(None if found is NOTHING else found)]
