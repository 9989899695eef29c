"""The ledger in portions that end where a document ends, each folded for some attributes."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from app.attributes.catalogue import Catalogue
from app.attributes.model import ProfileKind
from app.events.stored import Entry
from app.ingestion.turns import in_turns
from app.profiles.model import Fold, combine
from app.profiles.plan import Plan, plan_in_steps


@dataclass(frozen=True, slots=True)
class Portion:
    """Folds of whole documents, how many events those had, and the last one's id."""

    folds: dict[str, Fold]
    events: int
    after: str


async def portions(
    stored: AsyncIterator[list[Entry]], kind: ProfileKind, catalogue: Catalogue, *, now: datetime
) -> AsyncIterator[Portion]:
    """What entries ordered by document say about the attributes of one kind."""
    folds: dict[str, Fold] = {}
    events: Counter[str] = Counter()
    async for entries in stored:
        events.update(_documents(entries, kind))
        planned = await in_turns(plan_in_steps(entries, catalogue, now=now))
        for document, fold in _folds(planned, kind):
            folds[document] = combine(folds[document], fold) if document in folds else fold
        last = next(reversed(events))  # more of its events may follow
        rest, more = folds.pop(last, None), events.pop(last)
        yield _portion(folds, events)
        folds, events = {last: rest} if rest else {}, Counter({last: more})
    yield _portion(folds, events)


def _portion(folds: dict[str, Fold], events: Counter[str]) -> Portion:
    return Portion(folds, events.total(), next(reversed(events), ""))


def _documents(entries: Iterable[Entry], kind: ProfileKind) -> Iterator[str]:
    for entry in entries:
        document = entry.event.account_id if kind is ProfileKind.ACCOUNT else entry.target
        assert document, "the ledger was searched by it"
        yield document


def _folds(planned: Plan, kind: ProfileKind) -> Iterator[tuple[str, Fold]]:
    folds = planned.accounts if kind is ProfileKind.ACCOUNT else planned.profiles
    for document, fold in folds.items():
        if fold.attributes:
            yield document, Fold(fold.attributes, terms=fold.terms)
