"""From a batch of events to what it changes: one fold per profile, session and account. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from app.aggregation.monoids import MONOIDS
from app.aggregation.stamps import Stamped
from app.attributes.catalogue import Catalogue, Feed
from app.attributes.model import ProfileKind
from app.events.extract import Refusal, extract
from app.events.stored import Entry
from app.profiles.model import Fold, Processed


class SessionKey(NamedTuple):
    """A session of one profile: clients may use the same session id for two people."""

    profile: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The folds of a batch by the document they belong to, and the values that were refused."""

    profiles: dict[str, Fold]
    sessions: dict[SessionKey, Fold]
    accounts: dict[str, Fold]
    refused: list[Refusal]


@dataclass(slots=True)
class _Gathered:
    """The values that a batch has for one document, still in lists."""

    values: dict[Feed, list[Stamped]] = field(default_factory=dict)
    identifiers: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)

    def fold(self, kind: ProfileKind, now: datetime) -> Fold:
        attributes = {
            definition.name: (
                definition.aggregation,
                MONOIDS[definition.aggregation].fold(stamped),
            )
            for feed, stamped in self.values.items()
            for definition in feed.attributes[kind]
        }
        return Fold(
            attributes, frozenset(self.identifiers), frozenset(self.accounts), Processed(now, now)
        )


def plan(entries: Iterable[Entry], catalogue: Catalogue, *, now: datetime) -> Plan:
    """Fold the entries; those that may not change profiles are passed over."""
    profiles: dict[str, _Gathered] = {}
    sessions: dict[SessionKey, _Gathered] = {}
    accounts: dict[str, _Gathered] = {}
    refused: list[Refusal] = []
    for entry in entries:
        if not entry.event.profiled:
            continue
        extracted = extract(entry.event, catalogue)
        refused += extracted.refused
        for kind, document in _documents(entry, profiles, sessions, accounts):
            _gather(document, kind, extracted.values)
    return Plan(
        {key: one.fold(ProfileKind.USER, now) for key, one in profiles.items()},
        {key: one.fold(ProfileKind.SESSION, now) for key, one in sessions.items()},
        {key: one.fold(ProfileKind.ACCOUNT, now) for key, one in accounts.items()},
        refused,
    )


def _documents(
    entry: Entry,
    profiles: dict[str, _Gathered],
    sessions: dict[SessionKey, _Gathered],
    accounts: dict[str, _Gathered],
) -> Iterable[tuple[ProfileKind, _Gathered]]:
    event, target = entry.event, entry.target
    if target is not None:
        profile = profiles.setdefault(target, _Gathered())
        profile.identifiers.update(event.identifiers)
        if event.account_id is not None:
            profile.accounts.add(event.account_id)
        yield ProfileKind.USER, profile
        if event.session_id is not None:
            key = SessionKey(target, event.session_id)
            yield ProfileKind.SESSION, sessions.setdefault(key, _Gathered())
    if event.account_id is not None:
        yield ProfileKind.ACCOUNT, accounts.setdefault(event.account_id, _Gathered())


def _gather(
    document: _Gathered, kind: ProfileKind, values: list[tuple[Feed, list[Stamped]]]
) -> None:
    for feed, stamped in values:
        if kind in feed.attributes:
            document.values.setdefault(feed, []).extend(stamped)
