"""Reads all that conditions may ask about some people or companies, in few commands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial

from app.attributes.catalogue import Catalogue
from app.attributes.model import ProfileKind
from app.events.compile import SHOWN
from app.events.stored import load_entry
from app.paging import Mql
from app.profiles.stored import load_fold
from app.segments.evaluate import Subject
from app.segments.finding_repository import Finder
from app.segments.model import Condition, Listed, Performed
from app.segments.resolve import elsewhere
from app.segments.sequence import History
from app.storage.client import Database, Document

_OWNERS = {ProfileKind.USER: "profile", ProfileKind.ACCOUNT: "account"}


class SubjectReader:
    """Reads subjects: one command for their events, one for rows that name them."""

    def __init__(self, database: Database, finder: Finder) -> None:
        self._events = database["events"]
        self._finder = finder

    async def read(
        self,
        documents: Sequence[Document],
        conditions: Iterable[Condition],
        kind: ProfileKind,
        catalogue: Catalogue,
    ) -> list[Subject]:
        """Whom the documents are about, with what the conditions may ask."""
        asked = [one for condition in conditions for one in elsewhere(condition)]
        performed = [one for one in asked if isinstance(one, Performed)]
        listed = {repr(one): one for one in asked if isinstance(one, Listed)}
        histories = await self._histories(documents, performed, kind)
        rows = await self._finder.lists_of(documents, listed.values(), kind)
        return [_subject(one, histories, rows, kind, catalogue) for one in documents]

    async def _histories(
        self, documents: Sequence[Document], performed: Sequence[Performed], kind: ProfileKind
    ) -> dict[str, list[History]]:
        """By owner the events of each person that any of the conditions may be about."""
        if not performed or not documents:
            return {}
        owner = _OWNERS[kind]
        query = {
            owner: {"$in": [one["_id"] for one in documents]},
            "time": {
                "$gte": min(one.during.start for one in performed),
                "$lt": max(one.during.end for one in performed),
            },
            **SHOWN,
            **_any_of(performed),
        }
        found: defaultdict[str, defaultdict[str, list[Document]]] = defaultdict(
            partial(defaultdict, list)
        )
        async for event in self._events.find(query):
            if event.get("profile"):
                found[event[owner]][event["profile"]].append(event)
        return {
            key: [History(load_entry(one).event for one in events) for events in people.values()]
            for key, people in found.items()
        }


def _any_of(performed: Iterable[Performed]) -> Mql:
    """Types and names that the conditions are about, where all of them name some."""
    alternatives: list[Mql] = []
    for one in performed:
        for step in one.steps:
            wanted = step.event
            exact = {} if wanted.name is None or "*" in wanted.name else {"name": wanted.name}
            alternative = ({"type": wanted.type} if wanted.type else {}) | exact
            if not alternative:
                return {}
            if alternative not in alternatives:
                alternatives.append(alternative)
    return {"$or": alternatives}


def _subject(
    document: Document,
    histories: dict[str, list[History]],
    rows: dict[str, frozenset[str]],
    kind: ProfileKind,
    catalogue: Catalogue,
) -> Subject:
    key = document["_id"]
    return Subject(
        key,
        lambda: load_fold(document, kind, catalogue),
        histories.get(key, ()),
        rows.get(key, frozenset()),
    )
