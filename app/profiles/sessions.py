"""How session documents are named: one per profile and session id. Pure.

Two people may share a session id (one browser, or a client that reuses ids); each has a
document of their own, and merging their profiles merges these too.
"""

from typing import Any


def session_document_id(profile: str, session_id: str) -> str:
    """The id of the session's document; profile ids have no slash."""
    return f"{profile}/{session_id}"


def session_constants(document_id: str) -> dict[str, Any]:
    """What the session document of this id is made with."""
    profile, session_id = document_id.split("/", 1)
    return {"profile": profile, "session_id": session_id}
