"""Views whose newer versions came as differences: what they add to the version that is shown. Pure.

The ledger keeps differences as they came, each a hidden version (see ``app.events.upserts``). One
holds what changed since the version before, with null for what is gone, so that laying those with
higher numbers over the version that is shown, in their order, makes the newest state. It is made
whenever a view is read: nothing that is stored depends on which of them came first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

from app.events.stored import PAYLOADS
from app.paging import Mql
from app.storage.client import Document

_OF_THE_VIEW = frozenset(
    {
        *("service", "version", "source", "display", "view", "connectivity", "feature_flags"),
        *("url", "path", "host", "referrer", "referrer_host"),
    }
)
"""Properties that the SDK makes; all others are the context that the page has set."""

_WHOLE = frozenset({("properties", "connectivity"), ("properties", "view", "custom_timings")})
"""Objects that a difference brings whole."""


def changes_match(views: Iterable[Document]) -> Mql | None:
    """The filter for the differences that came after these versions; None if there cannot be any.

    Each branch repeats what the index of differences is partial by.
    """
    newer = [
        {
            "part.of": {"$eq": one["part"]["of"]},
            "sequence": {"$gt": one["sequence"]},
            "part.counts": False,
            "part.shown": False,
        }
        for one in views
        if "part" in one
    ]
    return {"$or": newer} if newer else None


def renewed(views: Sequence[Document], changes: Iterable[Document]) -> list[Document]:
    """The views, and whatever stands between them, each in its newest state."""
    by_view: dict[str, list[Document]] = defaultdict(list)
    for change in sorted(changes, key=lambda one: one["sequence"]):
        by_view[change["part"]["of"]].append(change)
    return [_renewed(one, by_view[one["part"]["of"]]) if "part" in one else one for one in views]


def _renewed(view: Document, changes: Iterable[Document]) -> Document:
    """What comes after somebody else has logged in is not told of the one who was there before."""
    theirs = takewhile(lambda one: one.get("profile") in (None, view.get("profile")), changes)
    for change in theirs:
        if change["sequence"] > view["sequence"]:
            view = _changed(view, change)
    return view


def _changed(view: Document, change: Document) -> Document:
    replaced = change["part"].get("replaced", ())
    payloads = {
        stored: _merged(
            _kept(view.get(stored, {}), name) if name in replaced else view.get(stored, {}),
            change.get(stored, {}),
            (name,),
        )
        for name, stored in PAYLOADS.items()
    }
    account = change["account"] if "account" in replaced else change["account"] or view["account"]
    return {**view, **payloads, "account": account}


def _kept(payload: Document, name: str) -> Document:
    """What stays of a payload that is replaced."""
    kept = _OF_THE_VIEW if name == "properties" else ()
    return {key: value for key, value in payload.items() if key in kept}


def _merged(before: Any, after: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401  # any JSON
    if path in _WHOLE or not isinstance(before, dict) or not isinstance(after, dict):
        return after
    merged = before | {
        key: _merged(before.get(key), value, (*path, key)) for key, value in after.items()
    }
    return {key: value for key, value in merged.items() if after.get(key, value) is not None}
