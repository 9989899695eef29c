"""Sources: programs that send events, each with a write key of its own. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from app.identity.model import IdentityPolicy
from app.ids import split_id

DEMO = "demo-"
"""What the ids of the demo shop's sources begin with; nobody has their keys."""


class EventSourceKind(StrEnum):
    """What sends the events; keys of another kind are refused by each intake."""

    DATADOG_RUM = "DATADOG_RUM"
    SEGMENT = "SEGMENT"
    RUDDERSTACK = "RUDDERSTACK"
    POSTHOG = "POSTHOG"
    API = "API"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class EventSource:
    """A program that sends events.

    ``origins``: the sites whose pages may send; none: any. ``rate``: events a second, of which
    ``burst`` may come at once; None: any number. ``policy`` is None where the server's counts.
    """

    id: str
    name: str
    kind: EventSourceKind
    policy: IdentityPolicy | None
    origins: tuple[str, ...]
    rate: float | None
    burst: int
    traits_become_attributes: bool
    created_at: datetime
    updated_at: datetime
    revoked_at: datetime | None = None

    def allows(self, origin: str | None) -> bool:
        """Whether a page of this origin may send; programs that are no page have none."""
        return origin is None or not self.origins or origin in self.origins


@dataclass(frozen=True, slots=True)
class NewEventSource:
    """What a caller says about a source to be created."""

    name: str
    kind: EventSourceKind
    policy: IdentityPolicy | None = None
    origins: tuple[str, ...] = ()
    rate: float | None = None
    burst: int | None = None
    traits_become_attributes: bool = False


class Changes(TypedDict, total=False):
    """What a caller wants a source to be; what is left out stays."""

    name: str
    policy: IdentityPolicy | None
    origins: tuple[str, ...]
    rate: float | None
    burst: int
    traits_become_attributes: bool


def usual_policy(kind: EventSourceKind) -> IdentityPolicy | None:
    """Browsers of Datadog RUM are shared by people who log in one after the other."""
    return IdentityPolicy.FIRST_USER_WINS if kind is EventSourceKind.DATADOG_RUM else None


def event_source_key(global_id: str) -> str | None:
    """The key of a source's global id; None if it is none."""
    kind, key = split_id(global_id) or ("", "")
    return key if kind == "EventSource" else None
