"""Where a request has its write key: each client puts it where it always does. Pure."""

from base64 import b64decode
from binascii import Error

from starlette.requests import Request


def bearer_key(request: Request) -> str | None:
    """The key of ``Authorization: Bearer``, as clients of our own API send it."""
    return _credentials(request, "bearer")


def basic_key(request: Request) -> str | None:
    """The user of ``Authorization: Basic``, as clients of Segment and RudderStack send it."""
    try:
        plain = b64decode(_credentials(request, "basic") or "", validate=True).decode()
    except (Error, ValueError):
        return None
    return plain.partition(":")[0] or None


def _credentials(request: Request, wanted: str) -> str | None:
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    return rest.strip() or None if scheme.lower() == wanted else None
