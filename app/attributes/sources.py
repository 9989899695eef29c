"""Names of event fields: from what people write to one normal form.

``order_value`` and ``properties.order_value`` mean the same field, as do ``geo.city`` and
``context.geo.city``, ``usr.email`` and ``user.email``. Pure.
"""

from app.errors import AttributeInvalidError

PARTS = ("event", "identity", "user", "account", "context", "properties")
"""The parts of an event that fields are read from."""

_ALIASES = {"usr": "user"}
_CONTEXT = ("application", "geo", "device", "os", "browser", "marketing", "consent")
_MAX_LENGTH = 255


def normal_source(field: str) -> str:
    """The full path of an event field: a part of the event, then the keys inside it."""
    head, _, rest = field.partition(".")
    head = _ALIASES.get(head, head)
    if not field.strip() or len(field) > _MAX_LENGTH or "" in field.split("."):
        problem = f"an event field is 1 to {_MAX_LENGTH} characters, keys joined by dots"
        raise AttributeInvalidError("eventField", problem)
    if rest and head in PARTS:
        return f"{head}.{rest}"
    return f"context.{field}" if rest and head in _CONTEXT else f"properties.{field}"
