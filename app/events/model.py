"""The event: one thing that happened, checked and ready to be folded. Pure."""

from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec

from app.aggregation.stamps import tie_break
from app.attributes.defaults import FRUSTRATIONS
from app.identity.model import USER_ID

Payload: TypeAlias = dict[str, Any]
"""Free JSON of a client; read by path, never trusted."""


class EventType(StrEnum):
    """What kind of thing happened."""

    __hash__ = str.__hash__  # in C: members are keys where every microsecond counts

    VIEW = "VIEW"
    ACTION = "ACTION"
    ERROR = "ERROR"
    RESOURCE = "RESOURCE"
    LONG_TASK = "LONG_TASK"
    CUSTOM = "CUSTOM"


class Part(msgspec.Struct, frozen=True, gc=False):
    """What an event is a part of (see ``app.events.upserts``).

    ``counts``: it feeds what adds up, and nothing else; any other part feeds everything else.
    ``replaced``: the payloads that a difference brings whole (see ``app.events.renewing``).
    """

    of: str
    counts: bool = False
    shown: bool = False
    replaced: tuple[str, ...] = ()


class Event(msgspec.Struct, frozen=True, gc=False):
    """An accepted event.

    ``identifiers`` are keys (``user_id:u1``). ``profiled`` says whether it may change profiles:
    anonymous tracking, bots and synthetic sessions are kept for analytics only. ``corrected``
    flags a time that was in the future when the event arrived.
    """

    id: str
    type: str
    time: datetime
    received_at: datetime
    name: str | None = None
    sequence: int | None = None
    identifiers: tuple[str, ...] = ()
    account_id: str | None = None
    session_id: str | None = None
    profiled: bool = True
    corrected: bool = False
    user: Payload = {}
    account: Payload = {}
    context: Payload = {}
    properties: Payload = {}
    part: Part | None = None

    @property
    def tie(self) -> int:
        """What decides between this event and others of the same time."""
        return tie_break(self.id, self.sequence)

    def parts(self) -> dict[str, Payload]:
        """The fields of the event, by the part that attribute sources begin with."""
        return {
            "event": self._facts(),
            "identity": self._identity(),
            "user": self.user,
            "account": self.account,
            "context": self.context,
            "properties": self.properties,
        }

    def _identity(self) -> Payload:
        user_ids = [key for key in self.identifiers if key.startswith(_USER_ID_KEY)]
        return {USER_ID: user_ids[-1].removeprefix(_USER_ID_KEY)} if user_ids else {}

    def _facts(self) -> Payload:
        """What the event says by being there: its time, and what a session counts."""
        facts: Payload = {"time": self.time, "name": self.name}
        counter = _COUNTERS.get(self.type)
        if counter and (self.part is None or self.part.counts):
            facts[counter] = 1
        if self.type == EventType.VIEW:
            facts["page"] = self.name
        frustrations = self.properties.get("frustration")
        if frustrations:
            facts |= Counter(frustrations)
            facts["frustrations"] = len(frustrations)
        return facts


_USER_ID_KEY = f"{USER_ID}:"

_COUNTERS: dict[str, str] = {
    EventType.VIEW: "views",
    EventType.ACTION: "actions",
    EventType.ERROR: "errors",
}

KNOWN_FRUSTRATIONS = frozenset(FRUSTRATIONS)
