"""Lines as Datadog's browser SDK sends them, written by hand."""

import json
from typing import Any

from tests.building import T

START = int(T.timestamp() * 1000)


def line(kind: str, seconds: float = 0, **fields: Any) -> dict[str, Any]:
    """An event of a visitor in a session; ``usr`` and so on by name."""
    usual = {
        "type": kind,
        "date": START + int(seconds * 1000),
        "application": {"id": "shop"},
        "session": {"id": "s1", "type": "user"},
        "source": "browser",
        "view": {"id": "v1", "url": "https://shop.example/cart?x=1", "referrer": ""},
        "usr": {"anonymous_id": "anon-1"},
        "_dd": {"format_version": 2},
    }
    return {**usual, **fields}


def view(version: int = 1, *, view_id: str = "v1", path: str = "/cart", **fields: Any) -> Any:
    """A version of a view."""
    page = {"id": view_id, "url": f"https://shop.example{path}", "time_spent": version * 1000}
    return line(
        fields.pop("kind", "view"),
        fields.pop("seconds", 0),
        **{"view": page, "_dd": {"document_version": version}, **fields},
    )


_WHOLE = {"usr", "context", "connectivity", "custom_timings"}


def view_update(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The difference that the SDK sends instead of ``after``: what is gone is null."""
    routing = {name: after[name] for name in ("date", "application", "session")}
    page = {name: after["view"][name] for name in ("id", "url")}
    found = _difference(before, after)
    found |= {"type": "view_update", "_dd": after["_dd"], "view": found.get("view", {}) | page}
    return found | routing


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    gone: dict[str, Any] = dict.fromkeys(before.keys() - after.keys())
    for name, value in after.items():
        known = before.get(name)
        if value == known:
            continue
        deeper = isinstance(value, dict) and isinstance(known, dict) and name not in _WHOLE
        gone[name] = _difference(known, value) if deeper and known is not None else value
    return gone


def action(action_id: str, target: str, kind: str = "click", **fields: Any) -> dict[str, Any]:
    """An action on something."""
    frustrations = fields.pop("frustrations", [])
    made = {
        "id": action_id,
        "type": kind,
        "target": {"name": target},
        "frustration": {"type": frustrations},
    }
    return line("action", **{"action": made, **fields})


def body(*lines: object) -> bytes:
    """The body of a request; what is no text is written as JSON."""
    texts = (one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines)
    return b"\n".join(texts)
