"""What full-text search finds a document by, and what it loses with an attribute. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.aggregation.monoids import Aggregation, State
from app.aggregation.reading import read
from app.attributes.catalogue import Catalogue, terms_of
from app.attributes.model import ProfileKind
from app.attributes.terms import terms
from app.identity.model import COOKIE_ID, Identifier
from app.values import Value

States = Mapping[str, tuple[Aggregation, State]]


def identifier_terms(key: str) -> frozenset[str]:
    """What an identifier is found by: its words; nobody knows a cookie by its middle."""
    known = Identifier.from_key(key)
    return terms(known.value, with_parts=known.type != COOKIE_ID)


def lost_terms(
    document: Mapping[str, Any], states: States, kind: ProfileKind, catalogue: Catalogue
) -> frozenset[str]:
    """The words of values whose attribute is gone, but for those that other values have too.

    ``states``: what the document holds of the attributes that there are.
    """
    stored = document.get("attributes", {})
    gone = {text for field in stored.keys() - states.keys() for text in _texts(stored[field])}
    if not gone:
        return frozenset()
    kept = {one for key in document.get("identifiers", ()) for one in identifier_terms(key)}
    for field, (aggregation, state) in states.items():
        definition = catalogue.by_id(f"{kind}:{field}")
        if definition and (found_by := terms_of([definition])):
            kept.update(*map(found_by, _values(aggregation, state)))
    return frozenset(one for text in gone for one in terms(text, with_parts=False)) - kept


def _texts(stored: object) -> Iterator[str]:
    """The texts in a stored state, whatever its aggregation was."""
    if isinstance(stored, str):
        yield stored
    elif isinstance(stored, dict):
        for one in stored.values():
            yield from _texts(one)
    elif isinstance(stored, list):
        for one in stored:
            yield from _texts(one)


def _values(aggregation: Aggregation, state: State) -> Iterable[Value]:
    reading = read(aggregation, state)
    if isinstance(reading.value, list):
        return reading.value
    return {reading.value, reading.value if reading.first is None else reading.first}
