"""Aggregated documents as folds. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.aggregation.monoids import Aggregation, State
from app.aggregation.stored import load_state
from app.attributes.catalogue import Catalogue
from app.attributes.model import ProfileKind
from app.identity.model import user_ids
from app.profiles.model import Fold, Processed, Standing
from app.profiles.terms import lost_terms


def load_fold(document: dict[str, Any], kind: ProfileKind, catalogue: Catalogue) -> Fold:
    """The fold that a document holds; values of attributes that are gone are left out."""
    states = dict(_states(document.get("attributes", {}), kind, catalogue))
    return Fold(
        states,
        frozenset(document.get("identifiers", ())),
        frozenset(document.get("accounts", ())),
        _processed(document),
        frozenset(document.get("terms", ())) - lost_terms(document, states, kind, catalogue),
    )


def terms_to_lose(
    document: dict[str, Any], kind: ProfileKind, catalogue: Catalogue
) -> frozenset[str]:
    """The terms that only values of attributes have that are gone."""
    states = dict(_states(document.get("attributes", {}), kind, catalogue))
    return lost_terms(document, states, kind, catalogue)


def ends(ids: Iterable[str], known: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """Where each id leads through merges, given all documents on the way."""
    found = {one: one for one in ids}
    for _ in known:  # no way is longer, unless it goes in a circle
        further = {one: known[end].get("merged_into") or end for one, end in found.items()}
        if further == found:
            break
        found = further
    return found


def load_standing(document: dict[str, Any]) -> Standing:
    """How a document that is not merged into another one stands."""
    marked = document.get("marks")
    return Standing(
        document["_id"],
        document.get("deleted") is not None,
        None if marked is None else tuple(marked),
        user_ids(document.get("identifiers", ())).union(marked or ()),
    )


def _processed(document: dict[str, Any]) -> Processed | None:
    if "created_at" not in document:  # claimed, closed or back-filled, but never written by events
        return None
    return Processed(document["created_at"], document["updated_at"])


def _states(
    stored: dict[str, Any], kind: ProfileKind, catalogue: Catalogue
) -> Iterator[tuple[str, tuple[Aggregation, State]]]:
    for field, state in stored.items():
        definition = catalogue.by_id(f"{kind}:{field}")
        if definition:
            yield field, (definition.aggregation, load_state(definition.aggregation, state))
