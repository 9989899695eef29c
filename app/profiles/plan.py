"""From a batch of events to what it changes: one fold per profile, session and account. Pure."""

from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeAlias, TypeVar

from app.aggregation.monoids import MONOIDS, Aggregation, State
from app.aggregation.stamps import Stamped
from app.attributes.catalogue import Catalogue, Feed
from app.attributes.model import ProfileKind
from app.events.extract import Extracted, Refusal, extract
from app.events.model import Part
from app.events.stored import Entry
from app.identity.collisions import Collision, collide
from app.profiles.model import Fold, Processed, combine
from app.profiles.terms import identifier_terms

K = TypeVar("K")

_STEP = 50
"""Events, and documents, of one step."""


class SessionKey(NamedTuple):
    """A session of one profile: clients may use the same session id for two people."""

    profile: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The folds of a batch by the document they belong to, and the values that were refused.

    ``views``: those of which there are versions, so that one of all has to be shown.
    """

    profiles: dict[str, Fold]
    sessions: dict[SessionKey, Fold]
    accounts: dict[str, Fold]
    refused: list[Refusal]
    collisions: dict[tuple[str, str], Collision] = field(default_factory=dict)
    views: frozenset[str] = frozenset()


_Values: TypeAlias = dict[Feed, list[Stamped]]


@dataclass(slots=True)
class _Gathered:
    """The values that a batch has for one document, still in lists.

    ``counted`` and ``repeated`` are those of parts, see ``app.events.upserts``.
    """

    values: _Values = field(default_factory=lambda: defaultdict(list))
    counted: _Values = field(default_factory=lambda: defaultdict(list))
    repeated: _Values = field(default_factory=lambda: defaultdict(list))
    identifiers: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)

    def place(self, part: Part | None) -> _Values:
        """Where the values of an event go."""
        if part is None:
            return self.values
        return self.counted if part.counts else self.repeated

    def fold(self, kind: ProfileKind, now: datetime) -> Fold:
        found = {term for key in self.identifiers for term in identifier_terms(key)}
        attributes, terms = _fold_values(self.values, kind, _EVERY)
        fold = Fold(
            attributes,
            frozenset(self.identifiers),
            frozenset(self.accounts),
            Processed(now, now),
            frozenset(found | terms),
        )
        for values, takers in ((self.counted, ADDING_UP), (self.repeated, _EVERY - ADDING_UP)):
            if values:
                attributes, terms = _fold_values(values, kind, takers)
                fold = combine(fold, Fold(attributes, terms=frozenset(terms)))
        return fold


ADDING_UP = frozenset({Aggregation.SUM, Aggregation.LIST})
"""The aggregations to which the same value given twice is not the same as given once."""

_EVERY = frozenset(Aggregation)


def _fold_values(
    values: _Values, kind: ProfileKind, takers: frozenset[Aggregation]
) -> tuple[dict[str, tuple[Aggregation, State]], set[str]]:
    """States of the attributes with one of these aggregations, and the terms of their values."""
    attributes: dict[str, tuple[Aggregation, State]] = {}
    terms: set[str] = set()
    for feed, stamped in values.items():
        taken = feed.attributes[kind]
        if takers is not _EVERY:
            taken = tuple(one for one in taken if one.aggregation in takers)
        if taken and (terms_of := feed.terms.get(kind)):
            terms.update(*map(terms_of, {one.value for one in stamped}))
        for definition in taken:
            aggregation = definition.aggregation
            attributes[definition.stored_as] = aggregation, MONOIDS[aggregation].fold(stamped)
    return attributes, terms


def plan(entries: Iterable[Entry], catalogue: Catalogue, *, now: datetime) -> Plan:
    """Fold the entries; those that may not change profiles are passed over."""
    steps = plan_in_steps(entries, catalogue, now=now)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            planned: Plan = done.value
            return planned


def plan_in_steps(
    entries: Iterable[Entry], catalogue: Catalogue, *, now: datetime
) -> Generator[None, None, Plan]:
    """The same, a millisecond or two at a time, so that others get their turn in between."""
    gathered = _Batch()
    for number, entry in enumerate(entries):
        if number % _STEP == 0:
            yield
        part = entry.event.part
        if part and part.shown:
            gathered.views.add(part.of)
        if entry.event.profiled:
            gathered.add(entry, extract(entry.event, catalogue))
    return Plan(
        (yield from _folded(gathered.profiles, ProfileKind.USER, now)),
        (yield from _folded(gathered.sessions, ProfileKind.SESSION, now)),
        (yield from _folded(gathered.accounts, ProfileKind.ACCOUNT, now)),
        gathered.refused,
        gathered.collisions,
        frozenset(gathered.views),
    )


def _folded(
    documents: dict[K, _Gathered], kind: ProfileKind, now: datetime
) -> Generator[None, None, dict[K, Fold]]:
    folds: dict[K, Fold] = {}
    for key, one in documents.items():
        if len(folds) % _STEP == 0:
            yield
        folds[key] = one.fold(kind, now)
    return folds


@dataclass(slots=True)
class _Batch:
    """What is gathered for the documents of a batch."""

    profiles: dict[str, _Gathered] = field(default_factory=lambda: defaultdict(_Gathered))
    sessions: dict[SessionKey, _Gathered] = field(default_factory=lambda: defaultdict(_Gathered))
    accounts: dict[str, _Gathered] = field(default_factory=lambda: defaultdict(_Gathered))
    refused: list[Refusal] = field(default_factory=list)
    collisions: dict[tuple[str, str], Collision] = field(default_factory=dict)
    views: set[str] = field(default_factory=set)

    def add(self, entry: Entry, extracted: Extracted) -> None:
        self.refused += extracted.refused
        part = entry.event.part
        documents = {kind: one.place(part) for kind, one in self._documents(entry)}
        for feed, stamped in extracted.values:  # hot: few feeds have attributes of every kind
            for kind in feed.attributes:
                if kind in documents:
                    documents[kind][feed].append(stamped)

    def _documents(self, entry: Entry) -> Iterable[tuple[ProfileKind, _Gathered]]:
        event, target = entry.event, entry.target
        if entry.apart:
            collide(self.collisions, event.identifiers, entry.apart, event.time)
        if target is not None:
            profile = self.profiles[target]
            profile.identifiers.update(entry.identifiers)
            if event.account_id is not None:
                profile.accounts.add(event.account_id)
            yield ProfileKind.USER, profile
            if event.session_id is not None:
                yield ProfileKind.SESSION, self.sessions[SessionKey(target, event.session_id)]
        if event.account_id is not None:
            yield ProfileKind.ACCOUNT, self.accounts[event.account_id]
