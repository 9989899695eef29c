"""What a row names somebody by, and where a document has that. Pure.

A row means whoever has its key now: it is compared with what documents hold at the moment of
asking, never with what they held when it was imported. So late profiles, merges and changed
addresses need no upkeep. Space around a cell is dropped; case counts, as it does everywhere.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from app.aggregation.reading import read
from app.attributes.defaults import account_attributes, datadog_user_attributes
from app.attributes.model import AttributeDefinition, ProfileKind
from app.errors import ValueRefusedError
from app.identity.model import MAX_LENGTH, USER_ID, identifier
from app.paging import Mql
from app.profiles.compile import value_paths
from app.profiles.model import Fold
from app.segments.errors import SegmentInvalidError
from app.segments.segment import ListKey

_ACCOUNT = "account_id"
_FITS = {
    ProfileKind.USER: (ListKey.USER_ID, ListKey.EMAIL, ListKey.NAME),
    ProfileKind.ACCOUNT: (ListKey.ACCOUNT_ID, ListKey.NAME),
}
_ATTRIBUTES = {
    (one.kind, one.name): one for one in (*datadog_user_attributes(), *account_attributes())
}


def check_key(kind: ProfileKind, asked: str) -> ListKey:
    """What rows are matched with, if documents of this kind have it."""
    fitting = {str(one): one for one in _FITS[kind]}
    if asked not in fitting:
        names = ", ".join(fitting)
        raise SegmentInvalidError("matchOn", f"of {kind} segments it is one of {names}")
    return fitting[asked]


def row_key(on: ListKey, cell: str) -> str:
    """The key that a cell holds, or the error that says why it names nobody."""
    text = cell.strip()
    match on:
        case ListKey.USER_ID:
            return identifier(USER_ID, text).key
        case ListKey.ACCOUNT_ID:
            return identifier(_ACCOUNT, text).value
        case ListKey.EMAIL | ListKey.NAME:
            if not 1 <= len(text) <= MAX_LENGTH:
                raise ValueRefusedError(text, f"a text of 1 to {MAX_LENGTH} characters")
            return text


def key_path(kind: ProfileKind, on: ListKey) -> str:
    """Where documents have the key; an index answers for each."""
    match on:
        case ListKey.USER_ID:
            return "identifiers"
        case ListKey.ACCOUNT_ID:
            return "_id"
        case ListKey.EMAIL | ListKey.NAME:
            return value_paths(_attribute(kind, on))[-1]


def named_match(kind: ProfileKind, on: ListKey, keys: Iterable[str]) -> Mql:
    """The filter for whoever these keys name."""
    return {key_path(kind, on): {"$in": list(keys)}}


def keys_of_document(kind: ProfileKind, on: ListKey, document: Mapping[str, Any]) -> list[str]:
    """The keys by which rows may name a document."""
    if on is ListKey.USER_ID:
        return [key for key in document.get("identifiers", ()) if _is_user_id(key)]
    found = _value_at(document, key_path(kind, on))
    return [found] if isinstance(found, str) else []


def keys_of_fold(
    kind: ProfileKind, on: ListKey, fold: Fold, account_id: str | None = None
) -> list[str]:
    """The same of a fold; ``account_id`` where it is of an account."""
    match on:
        case ListKey.USER_ID:
            return [key for key in fold.identifiers if _is_user_id(key)]
        case ListKey.ACCOUNT_ID:
            return [account_id] if account_id else []
        case ListKey.EMAIL | ListKey.NAME:
            state = fold.attributes.get(_attribute(kind, on).stored_as)
            return [str(read(*state).value)] if state else []


def _attribute(kind: ProfileKind, on: ListKey) -> AttributeDefinition:
    is_account_name = kind is ProfileKind.ACCOUNT and on is ListKey.NAME
    return _ATTRIBUTES[kind, "account_name" if is_account_name else on]


def _is_user_id(key: str) -> bool:
    return key.startswith(f"{USER_ID}:")


def _value_at(document: Mapping[str, Any], path: str) -> object:
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
