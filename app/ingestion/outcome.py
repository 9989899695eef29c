"""What became of each event of a batch, by its place in the batch. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.errors import InputError, PersonErasedError
from app.events.extract import Refusal
from app.events.model import Event
from app.events.parse import Arrival, EventWarning, parse_event
from app.events.stored import Entry, event_document
from app.events.wire import EventInput


@dataclass(frozen=True, slots=True)
class Rejection:
    """An event that was not taken."""

    index: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class IndexedWarning:
    """Something about an accepted event that was not taken as it was sent."""

    index: int
    code: str
    message: str
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The counts add up to the batch: accepted + duplicate + rejected."""

    accepted: int
    duplicate: int
    rejected: list[Rejection]
    warnings: list[IndexedWarning]


@dataclass(slots=True)
class Received:
    """A batch on its way: its events in order, and what is known about each so far."""

    events: list[Event] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    warnings: list[IndexedWarning] = field(default_factory=list)
    indexes: dict[str, int] = field(default_factory=dict)
    repeated: int = 0
    known: int = 0

    def outcome(self) -> Outcome:
        """The answer for the whole batch, ordered by place."""
        return Outcome(
            accepted=len(self.indexes) - self.known,
            duplicate=self.repeated + self.known,
            rejected=sorted(self.rejected, key=lambda one: one.index),
            warnings=sorted(self.warnings, key=lambda one: one.index),
        )

    def repeat_within(self, index: int, event: Event) -> None:
        """The batch itself has this id twice."""
        self.repeated += 1
        first = next(one for one in self.events if one.id == event.id)
        if first != event:
            self._conflict(index, event.id)

    def keep_out(self, late: Collection[str]) -> None:
        """These events are about people who were erased after they had happened."""
        for event_id in late:
            error, index = PersonErasedError(), self.indexes.pop(event_id)
            self._drop_warnings(index)
            self.rejected.append(Rejection(index, error.code, str(error)))
        self.events = [one for one in self.events if one.id in self.indexes]

    def repeat(self, known: Collection[str], entries: Mapping[str, Entry]) -> None:
        """These events were in the ledger already; the first body won, also where they differ.

        Some may have expired at this very moment; ``entries`` are the others.
        """
        self.known = len(known)
        sent = {event.id: event for event in self.events if event.id in known}
        for event_id, event in sent.items():
            self._drop_warnings(self.indexes[event_id])
            if event_id in entries and not _same(event, entries[event_id].event):
                self._conflict(self.indexes[event_id], event_id)

    def refuse(self, refused: Sequence[Refusal]) -> None:
        """Values that did not fit their attributes; adopted events have no place here."""
        for refusal in refused:
            if refusal.event_id in self.indexes:
                index = self.indexes[refusal.event_id]
                self.warnings += [
                    IndexedWarning(index, "VALUE_REFUSED", refusal.message, name)
                    for name in refusal.attributes
                ]

    def _conflict(self, index: int, event_id: str) -> None:
        message = f"The event {event_id} is known with other content, which was kept."
        self.warnings.append(IndexedWarning(index, "CONFLICTING_DUPLICATE", message))

    def _drop_warnings(self, index: int) -> None:
        self.warnings = [one for one in self.warnings if one.index != index]


def receive(raw: Sequence[object], *, received_at: datetime, sent_at: datetime | None) -> Received:
    """Parse a batch; one bad event does not keep the others from being taken."""
    arrival = Arrival(received_at, sent_at)
    received = Received()
    for index, one in enumerate(raw):
        _receive_one(received, index, one, arrival)
    return received


def _receive_one(received: Received, index: int, raw: object, arrival: Arrival) -> None:
    try:
        if not isinstance(raw, EventInput):
            assert isinstance(raw, InputError), "what is no event is the error that says why"
            raise raw
        parsed = parse_event(raw, arrival)
    except InputError as error:
        received.rejected.append(Rejection(index, error.code, str(error)))
        return
    if parsed.event.id in received.indexes:
        received.repeat_within(index, parsed.event)
        return
    received.indexes[parsed.event.id] = index
    received.events.append(parsed.event)
    received.warnings += _placed(index, parsed.warnings)


def _placed(index: int, warnings: Sequence[EventWarning]) -> list[IndexedWarning]:
    return [IndexedWarning(index, one.code, one.message, one.attribute) for one in warnings]


def _same(sent: Event, stored: Event) -> bool:
    """Whether two events say the same; a corrected time depends on when the event arrived."""
    ignored = {"received_at", "corrected"}
    if sent.corrected or stored.corrected:
        ignored.add("time")
    a, b = event_document(sent), event_document(stored)
    return all(a.get(name) == b.get(name) for name in (a.keys() | b.keys()) - ignored)
