"""On which view of a session its moments of frustration happened. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.aggregation.stamps import tie_break
from app.events.model import EventType


@dataclass(frozen=True, slots=True)
class SessionView:
    """A view, and how often each kind of frustration happened until the next one.

    ``page`` is None for a view without a name, and for what happened before the first view.
    """

    page: str | None
    started_at: datetime
    frustrations: Counter[str] = field(default_factory=Counter)


def views_of(documents: Iterable[dict[str, Any]]) -> list[SessionView]:
    """The views in the order of these stored events."""
    views: list[SessionView] = []
    for one in sorted(documents, key=_moment):
        if one["type"] == EventType.VIEW:
            views.append(SessionView(one["name"], one["time"]))
        elif not views:
            views.append(SessionView(None, one["time"]))
        views[-1].frustrations.update(one.get("properties", {}).get("frustration", ()))
    return views


def _moment(document: dict[str, Any]) -> tuple[datetime, int]:
    """What orders events everywhere: equal times are decided by sequence or id."""
    return document["time"], tie_break(document["_id"], document["sequence"])
