"""Folds as MongoDB updates. Pure.

A guarded update happens once: it carries ``guard.<key>: seq`` and its filter refuses a document
that has it already. It needs no read before it, and no transaction around it.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from app.aggregation.monoids import Aggregation
from app.aggregation.operators import operations
from app.aggregation.stored import store_state
from app.attributes.model import AttributeDefinition
from app.paging import Mql
from app.profiles.model import Fold

LIVE: Mql = {"merged_into": None, "deleted": None}
"""Matches documents that are neither merged into another one nor deleted."""


BRIMMING: Mql = {"brims": True}
"""What a document is marked with that would be larger than any may be: something is missing."""

BULK: Mql = {"attributes": "", "terms": ""}
"""What makes a document large."""

UNFINISHED: Mql = {"ending": True}
"""What a document is marked with of which something has ended that is still to be put away."""


def unchanged(known: Mql, *fields: str) -> Mql:
    """Matches a document in which these fields are what they were when it was read."""
    return {name: {"$eq": known[name]} if name in known else {"$exists": False} for name in fields}


class GuardedUpdate(NamedTuple):
    """An upsert whose filter refuses a document that has seen it, or that is not living."""

    filter: Mql
    update: Mql


def attribute_path(attribute: AttributeDefinition) -> str:
    """Where a document has the state of an attribute; names of attributes are safe as paths."""
    return f"attributes.{attribute.stored_as}"


def value_paths(attribute: AttributeDefinition) -> tuple[str, ...]:
    """Where the values of a state stand, the one that is sorted by last; none for unique lists."""
    path = attribute_path(attribute)
    match attribute.aggregation:
        case Aggregation.FIRST | Aggregation.LAST | Aggregation.LIST:
            return (f"{path}.v",)
        case Aggregation.FIRST_AND_LAST:
            return f"{path}.first.v", f"{path}.last.v"
        case Aggregation.UNIQUE_LIST:
            return ()
        case Aggregation.MIN | Aggregation.MAX | Aggregation.SUM:
            return (path,)


def guarded_update(document_id: str, guard: str, seq: int, update: Mql) -> GuardedUpdate:
    """``update``, on a living document that has not seen ``seq`` under this guard."""
    path = f"guard.{guard}"
    unseen = {"_id": document_id, **LIVE, path: {"$not": {"$gte": seq}}}
    guarded = {**update, "$set": {**update.get("$set", {}), path: seq}}
    return GuardedUpdate(unseen, guarded)


def fold_update(fold: Fold) -> Mql:
    """The operators that combine the fold into a document."""
    update: Mql = defaultdict(dict)
    if fold.processed:
        update["$min"] = {"created_at": fold.processed.created_at}
        update["$max"] = {"updated_at": fold.processed.updated_at}
    for name, (aggregation, state) in fold.attributes.items():
        for operator, path, operand in operations(aggregation, f"attributes.{name}", state):
            update[operator][path] = operand
    sets = {"identifiers": fold.identifiers, "accounts": fold.accounts, "terms": fold.terms}
    added = {name: {"$each": sorted(members)} for name, members in sets.items() if members}
    if added:
        update["$addToSet"] = added
    return dict(update)  # the driver is slow with anything but a plain one


def fold_content(fold: Fold) -> Mql:
    """What a document holds that has this fold and nothing else."""
    content: Mql = {
        "attributes": {
            name: store_state(aggregation, state)
            for name, (aggregation, state) in fold.attributes.items()
        }
    }
    if fold.processed:
        content["created_at"] = fold.processed.created_at
        content["updated_at"] = fold.processed.updated_at
    sets = {"identifiers": fold.identifiers, "accounts": fold.accounts, "terms": fold.terms}
    return content | {name: sorted(members) for name, members in sets.items() if members}


Made: TypeAlias = Callable[[Fold], GuardedUpdate]
"""The update that a fold becomes."""


def _whole(made: Made, fold: Fold) -> GuardedUpdate:
    return made(fold)


def _brimming(made: Made, fold: Fold) -> GuardedUpdate:
    """That something is missing, instead of what makes a document too large."""
    wanted, update = made(Fold({}, processed=fold.processed))
    return GuardedUpdate(wanted, {**update, "$set": {**update.get("$set", {}), **BRIMMING}})


def _emptied(made: Made, fold: Fold) -> GuardedUpdate:
    """The same, where there is no room for as much as that."""
    wanted, update = _brimming(made, fold)
    return GuardedUpdate(wanted, {**update, "$unset": BULK})


FORMS = (_whole, _brimming, _emptied)
"""How a fold is written, the first that a document can hold."""

CONTENT = ("attributes", "created_at", "identifiers", "accounts", "terms")
"""The fields that ``fold_content`` may have; ``updated_at`` stays where nothing else does, and says
when a document that is merged then was closed.
"""


def absorb_update(into: str, fold: Fold, frozen: Mql, suffix: str) -> GuardedUpdate:
    """Combine a frozen document's fold into another one, once.

    What was applied to the frozen one counts as applied here: its guards come along, marked with
    ``suffix`` (the profile they were raised on) unless they carry such a mark already.
    """
    update = fold_update(fold)
    for guard, seq in frozen.get("guard", {}).items():
        marked = guard if "|" in guard else f"{guard}|{suffix}"
        update.setdefault("$max", {})[f"guard.{marked}"] = seq
    absorbed = sorted({frozen["_id"], *frozen.get("absorbed", ())})
    update.setdefault("$addToSet", {})["absorbed"] = {"$each": absorbed}
    if marks := frozen.get("marks"):
        update["$addToSet"]["marks"] = {"$each": marks}
    return GuardedUpdate({"_id": into, **LIVE, "absorbed": {"$ne": frozen["_id"]}}, update)
