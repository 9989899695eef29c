"""What one document should hold, from the events of the ledger. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from app.attributes.model import ProfileKind
from app.events.stored import Entry
from app.profiles.model import Fold, Processed, combine
from app.profiles.plan import Plan, SessionKey, plan
from app.profiles.renewals import renewed
from app.profiles.stored import load_fold
from app.rebuilding.rules import Batches, Feeding


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place in the ledger, and the profile it shows under."""

    entry: Entry
    lane: str
    seq: int
    catalogue: int
    profile: str | None


class Expectation:
    """What a document should hold by its own guards, and by the batches that are over.

    ``own`` are the profiles whose events are all here: its own, and those that it absorbed. Events
    of others came by a detour, when their profile had been deleted; they show under this one.
    """

    def __init__(
        self, document: dict[str, Any], kind: ProfileKind, *, batches: Batches, feeding: Feeding
    ) -> None:
        self.document = document
        self.kind = kind
        self.home = _home(kind, document["_id"])
        self.fold: Fold | None = None
        self.guard: dict[str, int] = dict(document.get("guard", {}))
        self._known = dict(self.guard)
        self._renewed = renewed(document)
        self._batches = batches
        self._feeding = feeding
        absorbed = document.get("absorbed", ())
        self.own = {self.home, *(_home(kind, one) for one in absorbed)}
        self.foreign = {key.partition("|")[2] for key in self.guard if "|" in key} - self.own

    @property
    def is_living(self) -> bool:
        """Whether it should hold what the ledger says; an account may know more than that."""
        return (
            not self.document.get("outlives")
            and self.document.get("merged_into") is None
            and self.document.get("deleted") is None
        )

    @property
    def is_absent(self) -> bool:
        """Whether there is no such document."""
        return self.document.keys() == {"_id"}

    def add(self, recorded: Iterable[Recorded]) -> None:
        """Take events into account, all those that may be here, in any order."""
        groups: dict[tuple[int, bool], list[Entry]] = defaultdict(list)
        for one in recorded:
            if self._counts(one):
                target = None if self.kind is ProfileKind.ACCOUNT else self.home
                groups[one.catalogue, self._holds(one)].append(replace(one.entry, target=target))
        for (version, applied), entries in groups.items():
            self._take(entries, version, applied=applied)

    def _counts(self, one: Recorded) -> bool:
        """Whether it may be here: it changes profiles, and did not end with an earlier account."""
        gone = self._renewed.lacks(one.lane, one.seq)
        abandoned = self._batches.is_abandoned(one.lane, one.seq)
        return one.entry.event.profiled and not gone and not abandoned

    def _holds(self, one: Recorded) -> bool:
        """Whether the event was applied here; its guard is raised where it should have been."""
        origin = self._origin(one)
        key = one.lane if origin == self.home else f"{one.lane}|{origin}"
        if origin not in self.own:
            return self._known.get(key, 0) >= one.seq and one.profile == self.home
        if self._known.get(key, 0) < one.seq and not self._batches.is_over(one.lane, one.seq):
            return False
        self.guard[key] = max(self.guard.get(key, 0), one.seq)
        return True

    def _origin(self, one: Recorded) -> str:
        return self.home if self.kind is ProfileKind.ACCOUNT else one.entry.target or ""

    def _take(self, entries: list[Entry], version: int, *, applied: bool) -> None:
        catalogue = self._feeding.of(version, applied=applied)
        if catalogue is None:
            return
        times = [entry.event.received_at for entry in entries]
        found = self._of(plan(entries, catalogue, now=max(times)))
        if found is None:
            return
        if applied:
            found = replace(found, processed=Processed(min(times), max(times)))
        else:  # what a back-fill has from it
            found = Fold(found.attributes, terms=found.terms if found.attributes else frozenset())
        self.fold = combine(self.fold, found) if self.fold else found

    def _of(self, planned: Plan) -> Fold | None:
        match self.kind:
            case ProfileKind.USER:
                return planned.profiles.get(self.home)
            case ProfileKind.ACCOUNT:
                return planned.accounts.get(self.home)
            case ProfileKind.SESSION:
                session = self.document["_id"].partition("/")[2]
                return planned.sessions.get(SessionKey(self.home, session))

    def wanted(self) -> Fold | None:
        """What it should hold; where an attribute is being filled, its terms stay as they are."""
        if self.fold is None or not self.kept():
            return self.fold
        return replace(self.fold, terms=self.fold.terms.union(self.document.get("terms", ())))

    def kept(self) -> dict[str, Any]:
        """Stored states of attributes that are just being filled: nobody can tell what they are."""
        catalogue, stored = self._feeding.catalogue, self.document.get("attributes", {})
        return {
            field: state
            for field, state in stored.items()
            if (known := catalogue.by_id(f"{self.kind}:{field}"))
            and not self._feeding.is_certain(known)
        }

    def differences(self) -> list[str]:
        """What the document holds otherwise: attributes by name, and its other parts."""
        if not self.is_living:
            return []
        if "ended" in self.document:
            return ["what was broken is not put away"]
        held = load_fold(self.document, self.kind, self._feeding.catalogue)
        wanted = self.fold or Fold({})
        if (held.processed is None) != (wanted.processed is None):
            return ["it has no events" if held.processed else "it is missing"]
        found = sorted(self._differing(held, wanted))
        found += [
            one for one in ("identifiers", "accounts") if getattr(held, one) != getattr(wanted, one)
        ]
        return found if wanted.terms <= held.terms else [*found, "terms"]

    def _differing(self, held: Fold, wanted: Fold) -> Iterable[str]:
        for field in held.attributes.keys() | wanted.attributes.keys():
            definition = self._feeding.catalogue.by_id(f"{self.kind}:{field}")
            if definition is None or not self._feeding.is_certain(definition):
                continue
            if held.attributes.get(field) != wanted.attributes.get(field):
                yield definition.name


def _home(kind: ProfileKind, document_id: str) -> str:
    """The profile that a document belongs to, the account of an account."""
    return document_id.partition("/")[0] if kind is ProfileKind.SESSION else document_id
