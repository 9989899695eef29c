"""Sessions of profiles: how their documents are named, and which of them are asked for. Pure.

Two people may share a session id (one browser, or a client that reuses ids); each has a
document of their own, and merging their profiles merges these too.
"""

from dataclasses import dataclass
from typing import Any

from app.events.ranges import TimeRange, during_match


def session_document_id(profile: str, session_id: str) -> str:
    """The id of the session's document; profile ids have no slash."""
    return f"{profile}/{session_id}"


def session_constants(document_id: str) -> dict[str, Any]:
    """What the session document of this id is made with."""
    profile, session_id = document_id.split("/", 1)
    return {"profile": profile, "session_id": session_id}


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Sessions that began in a range of time, all or only those with moments of frustration."""

    during: TimeRange | None = None
    only_frustrated: bool = False


def session_match(wanted: SessionFilter) -> dict[str, Any]:
    """The filter for session documents."""
    began = during_match("attributes.started_at", wanted.during)
    return began | ({"attributes.frustration_count": {"$gt": 0}} if wanted.only_frustrated else {})
