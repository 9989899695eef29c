"""Profiles, accounts and sessions in MongoDB: guarded updates, closing, absorbing, following.

Each method is a few atomic single-document operations, safe to repeat. Which documents to
touch, and in which order, is decided in ``app.ingestion`` and ``app.merging``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError, DocumentTooLarge, DuplicateKeyError

from app.identity.marks import Marks
from app.paging import Mql
from app.profiles.compile import (
    BRIMMING,
    CONTENT,
    FORMS,
    LIVE,
    GuardedUpdate,
    Made,
    absorb_update,
    fold_content,
    fold_update,
    guarded_update,
    unchanged,
)
from app.profiles.model import Fold, Standing
from app.profiles.stored import ends, load_standing
from app.storage.client import Collection, Document
from app.storage.faults import Refused, duplicates, refused
from app.storage.parts import in_parts

_STANDING = {"guard": 1, "merged_into": 1, "deleted": 1}
_LEADING = {"merged_into": 1, "deleted": 1, "marks": 1, "identifiers": 1}


@dataclass(frozen=True, slots=True)
class Share:
    """One document's share of a batch.

    ``origin`` is the profile that the events were stored for. Applied to another document than
    its own, the share is guarded under ``lane|origin``, so that no detour counts it twice.
    """

    document_id: str
    origin: str
    fold: Fold
    detour: bool = False

    def guard(self, lane: str) -> str:
        """The key that remembers this share on the document it goes to."""
        return f"{lane}|{self.origin}" if self.detour else lane

    def towards(self, document_id: str) -> "Share":
        """The same share, for the document that took this one's place."""
        return Share(document_id, self.origin, self.fold, detour=True)


def share_update(share: Share, fold: Fold, *, lane: str, seq: int) -> GuardedUpdate:
    """The update that applies a fold as this share."""
    return guarded_update(share.document_id, share.guard(lane), seq, fold_update(fold))


class DocumentRepository:
    """The aggregated documents of one collection.

    ``constants`` tells what a document is made with, from its id: a share that follows a merge
    may be the first to write the document where it ends.
    """

    def __init__(
        self, collection: Collection, constants: Callable[[str], Mql] = lambda _id: {}
    ) -> None:
        self._documents = collection
        self._constants = constants

    async def apply(self, shares: Iterable[Share], *, lane: str, seq: int) -> dict[str, str | None]:
        """Apply every share exactly once; the document each ended in, by the id it set out for.

        A share follows documents that were merged. None: the document is deleted.
        """
        ended: dict[str, str | None] = {}
        waiting = {share.document_id: share for share in shares}
        while waiting:
            refused = await self._write(waiting, lane=lane, seq=seq)
            ended |= {
                start: one.document_id for start, one in waiting.items() if start not in refused
            }
            waiting = await self._redirected(refused, ended, lane=lane, seq=seq)
        return ended

    async def _write(self, shares: dict[str, Share], *, lane: str, seq: int) -> dict[str, Share]:
        """Write every share; those whose document refused them."""

        async def write(part: Sequence[str]) -> list[str]:
            made = [partial(share_update, shares[start], lane=lane, seq=seq) for start in part]
            folds = [shares[start].fold for start in part]
            return [part[index] for index in await self._combine(made, folds)]

        written = await in_parts(list(shares), write)
        return {start: shares[start] for part in written for start in part}

    async def _combine(self, made: Sequence[Made], folds: Sequence[Fold]) -> list[int]:
        """Write every fold, in the first form that its document can hold; the places of others.

        What is too large breaks its document. Else it would be tried again for ever, and keep its
        lane from anything else.
        """
        others: list[int] = []
        left = list(range(len(folds)))
        for form in FORMS:
            failed = await self._bulk([self._upsert(form(made[one], folds[one])) for one in left])
            others += [left[index] for index in failed.duplicates]
            left = [left[index] for index in failed.too_large]
        return others

    async def _bulk(self, updates: Sequence[UpdateOne]) -> Refused:
        """Write the updates in any order; which the store refused."""
        if not updates:
            return Refused([], [])
        try:
            await self._documents.bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            return refused(error)
        except DocumentTooLarge:  # by the driver, which does not say which of them
            if len(updates) == 1:
                return Refused([], [0])
            each = [await self._bulk([one]) for one in updates]
            return Refused(
                [index for index, one in enumerate(each) if one.duplicates],
                [index for index, one in enumerate(each) if one.too_large],
            )
        return Refused([], [])

    def _upsert(self, guarded: GuardedUpdate) -> UpdateOne:
        constants = self._constants(guarded.filter["_id"])
        update = {**guarded.update, "$setOnInsert": constants} if constants else guarded.update
        return UpdateOne(guarded.filter, update, upsert=True)

    async def _redirected(
        self, refused: dict[str, Share], ended: dict[str, str | None], *, lane: str, seq: int
    ) -> dict[str, Share]:
        """Ask in this order: applied already, merged, deleted; else a racing upsert: try again.

        Also a tombstone may have it: its frozen content carries what was applied.
        """
        if not refused:
            return {}
        standing = await self._standing(one.document_id for one in refused.values())
        again: dict[str, Share] = {}
        for start, share in refused.items():
            document = standing.get(share.document_id, {})
            if document.get("guard", {}).get(share.guard(lane), 0) >= seq:
                ended[start] = share.document_id
            elif document.get("merged_into") is not None:
                again[start] = share.towards(document["merged_into"])
            elif document.get("deleted") is not None:
                ended[start] = None
            else:
                again[start] = share
        return again

    async def _standing(self, ids: Iterable[str]) -> dict[str, Document]:
        found = self._documents.find({"_id": {"$in": sorted(set(ids))}}, _STANDING)
        return {document["_id"]: document async for document in found}

    async def roots(self, ids: Iterable[str]) -> dict[str, str]:
        """The document that each id leads to through merges; itself where there was none."""
        leads = {one: one for one in ids}
        moving = set(leads)
        while moving:
            query = {"_id": {"$in": sorted(moving)}, "merged_into": {"$ne": None}}
            merged = {
                document["_id"]: document["merged_into"]
                async for document in self._documents.find(query, {"merged_into": 1})
            }
            leads = {one: merged.get(root, root) for one, root in leads.items()}
            moving = set(merged.values())
        return leads

    async def standings(self, ids: Iterable[str]) -> dict[str, Standing]:
        """Where each id leads through merges, and how that document stands."""
        wanted = set(ids)
        known: dict[str, Document] = {}
        moving = wanted
        while moving:
            query = {"_id": {"$in": sorted(moving)}}
            known |= {one: {"_id": one} for one in moving}  # also where nothing is written yet
            known |= {one["_id"]: one async for one in self._documents.find(query, _LEADING)}
            moving = {into for one in moving if (into := known[one].get("merged_into"))}
            moving -= known.keys()
        return {one: load_standing(known[end]) for one, end in ends(wanted, known).items()}

    async def mark(self, marks: Mapping[str, tuple[Sequence[str] | None, Marks]]) -> set[str]:
        """Give documents the second marks, if they live and have the first; those that do not."""
        updates = [
            UpdateOne(
                {"_id": one, **LIVE, "marks": _list(known)},
                {"$set": {"marks": sorted(wanted)}},
                upsert=True,
            )
            for one, (known, wanted) in marks.items()
        ]
        try:
            await self._documents.bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            ids = list(marks)
            return {ids[index] for index in duplicates(error)}
        return set()

    async def get(self, document_id: str) -> Document | None:
        """The document, living or not."""
        return await self._documents.find_one({"_id": document_id})

    async def close(
        self, document_id: str, *, into: str, now: datetime, unless_changed: Standing | None = None
    ) -> bool:
        """Freeze a living document as a tombstone that leads to ``into``; False if none is living.

        A document that was claimed but never written is closed too. ``unless_changed``: only if
        it has these marks.
        """
        as_known = {"marks": _list(unless_changed.marked)} if unless_changed else {}
        tombstone = {"merged_into": into, "pending": True, "closed_at": now}
        try:
            closed = await self._documents.update_one(
                {"_id": document_id, **LIVE, **as_known}, {"$set": tombstone}, upsert=True
            )
        except DuplicateKeyError:
            return False
        return bool(closed.matched_count or closed.upserted_id)

    async def absorb(self, frozen: Document, fold: Fold, *, owner: str) -> str | None:
        """Take a tombstone's content over, once, where it leads; None if that is deleted.

        ``owner`` is the profile that the tombstone's own guards were raised on.
        """
        into: str = frozen["merged_into"]
        while True:
            made = partial(absorb_update, into, frozen=frozen, suffix=owner)
            if await self._combine([made], [fold]):
                document = await self.get(into) or {}
                if frozen["_id"] in document.get("absorbed", ()):
                    return into
                if document.get("deleted") is not None:
                    return None
                into = document.get("merged_into") or into
            else:
                return into

    async def replace(
        self, known: Document, fold: Fold | None, *, guard: Mapping[str, int], kept: Mql
    ) -> bool:
        """Let a document hold this fold, and nothing else but the ``kept`` attributes.

        False if anything was applied to it, or absorbed, since it was read as ``known``.
        """
        wanted = {"_id": known["_id"], **LIVE, **unchanged(known, "guard", "absorbed")}
        raised: Mql = {"guard": dict(guard)} if guard else {}
        content = fold_content(fold or Fold({}))
        content["attributes"] |= kept
        replaced = await self._bulk([self._replacing(wanted, content | raised)])
        if replaced.too_large:  # as above
            content = fold_content(Fold({}, processed=fold.processed if fold else None))
            replaced = await self._bulk([self._replacing(wanted, content | raised | BRIMMING)])
        return not replaced.duplicates

    def _replacing(self, wanted: Mql, content: Mql) -> UpdateOne:
        gone = dict.fromkeys({*CONTENT, *BRIMMING} - content.keys(), "")
        update: Mql = {"$set": content} | ({"$unset": gone} if gone else {})
        return self._upsert(GuardedUpdate(wanted, update))

    async def clear(self, document_id: str) -> None:
        """Drop the content of an absorbed tombstone; it goes on leading to the other one."""
        content = {
            "attributes": "",
            "identifiers": "",
            "accounts": "",
            "terms": "",
            "marks": "",
            "profile": "",
            "pending": "",
        }
        await self._documents.update_one(
            {"_id": document_id, "merged_into": {"$ne": None}}, {"$unset": content}
        )

    async def pending(self) -> list[Document]:
        """Tombstones whose content has not been taken over yet."""
        return await self._documents.find({"pending": True}).to_list()

    async def of_profile(self, profile: str) -> list[Document]:
        """The documents that belong to a profile, closed ones with content included."""
        return await self._documents.find({"profile": profile}).to_list()


def _list(marked: Sequence[str] | None) -> list[str] | None:
    return None if marked is None else list(marked)
