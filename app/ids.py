"""Global ids: opaque text that says what a node is and which one."""

import base64
import binascii

_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def global_id(kind: str, key: str) -> str:
    """The global id of one node; one for each row of a page, and so without the detours."""
    text = binascii.b2a_base64(f"{kind}:{key}".encode(), newline=False)
    return text.rstrip(b"=").translate(_URL_SAFE).decode()


def split_id(text: str) -> tuple[str, str] | None:
    """Kind and key of a global id; None if it is none."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    kind, colon, key = plain.partition(":")
    return (kind, key) if colon and key else None
