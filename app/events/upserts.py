"""Events that are sent again whenever something about them changes: views of RUM SDKs. Pure.

The same view arrives as version 1, 2, 3 …, each with all its values, in any order and more than
once. The ledger keeps events for ever as they came, and profiles are a fold over it, so nothing
can be replaced. A view becomes several events of the ledger instead, each stored once by its id:

- each **version** is one. It feeds every aggregation that may be fed again and again: First,
  Last, First & Last, Unique list, Min and Max. The version is its sequence, so that the highest
  is the last one. What any version says about who was there is true: whoever logs in during a
  view is linked.
- one **count** for each owner, a person or an account, feeds Sum and List, and with them the
  views of a session. Its id and its values are made only of what is the same in all versions, so
  that it does not matter of which it is.

So what a view adds to documents is a function of the set of its versions; merging, back-fill and
rebuilding know nothing of all this. Counts are never shown. Of the versions one is: the highest
of those with an identifier, else the highest. A better one only ever hides others, after both
are stored, so that it does not matter either which comes first.

Some SDKs send versions as differences to the one before. They feed and link as others do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from app.errors import IdentifierRefusedError
from app.events.wire import EventInput, PartInput
from app.identity.model import COOKIE_ID, USER_ID, identifier


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a view.

    A partial one holds only what changed and is not shown itself: what it tells is laid over the
    one that is shown (see ``app.events.renewing``), and takes the place of what is ``replaced``.
    """

    view_id: str
    number: int
    partial: bool = False
    replaced: tuple[str, ...] = ()


def parts(view: EventInput, version: Version, constant: EventInput) -> list[PartInput]:
    """The events that stand for a version of a view.

    ``constant``: what all versions have in common, without anybody's identifiers.
    """
    return [_version(view, version), *_counts(view, version, constant)]


def superseded(documents: Iterable[dict[str, Any]]) -> list[str]:
    """The ids of all stored versions but the best of each view."""
    best: dict[str, dict[str, Any]] = {}
    hidden: list[str] = []
    for one in documents:
        better, worse = one, best.get(one["part"]["of"])
        if worse and _rank(worse) > _rank(one):
            better, worse = worse, better
        if worse:
            hidden.append(worse["_id"])
        best[one["part"]["of"]] = better
    return hidden


def _rank(document: dict[str, Any]) -> tuple[bool, int]:
    return bool(document["identifiers"] and document["profiled"]), document["sequence"]


def _version(view: EventInput, version: Version) -> PartInput:
    given = msgspec.structs.asdict(view)
    given |= {"id": f"{version.view_id}/{version.number}", "sequence": version.number}
    shown = not version.partial
    return PartInput(**given, of=version.view_id, shown=shown, replaced=version.replaced)


def _counts(view: EventInput, version: Version, constant: EventInput) -> list[PartInput]:
    given = msgspec.structs.asdict(constant)
    owners: list[tuple[str | None, dict[str, object]]] = [
        (_person(view), {"user_id": view.user_id, "cookie_id": view.cookie_id}),
        (_account(view), {"account": view.account}),
    ]
    return [
        PartInput(
            **{**given, **owner, "id": _count_id(version, key)}, of=version.view_id, counts=True
        )
        for key, owner in owners
        if key
    ]


def _person(view: EventInput) -> str | None:
    """By the cookie rather than the user id: it is there before and after somebody logs in."""
    for kind, value in ((COOKIE_ID, view.cookie_id), (USER_ID, view.user_id)):
        try:
            if value is not None:
                return identifier(kind, value).key
        except IdentifierRefusedError:
            continue
    return None


def _account(view: EventInput) -> str | None:
    account_id = view.account.get("id") if isinstance(view.account, dict) else None
    return None if account_id is None else f"account_id:{account_id}"


def _count_id(version: Version, owner: str) -> str:
    """The same in all versions with this owner."""
    named = sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{version.view_id}/{named}"
