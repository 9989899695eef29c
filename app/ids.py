"""Global ids: opaque text that says what a node is and which one."""

import base64
import binascii


def global_id(kind: str, key: str) -> str:
    """The global id of one node."""
    return base64.urlsafe_b64encode(f"{kind}:{key}".encode()).decode().rstrip("=")


def split_id(text: str) -> tuple[str, str] | None:
    """Kind and key of a global id; None if it is none."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    kind, colon, key = plain.partition(":")
    return (kind, key) if colon and key else None
