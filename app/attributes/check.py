"""The rules that attribute definitions have to keep when they come, change and go. Pure."""

import re

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, AttributeOrigin, ProfileKind
from app.errors import (
    AttributeDefaultError,
    AttributeExistsError,
    AttributeFixedError,
    AttributeInvalidError,
)
from app.values import DataType

MAX_CUSTOM = 500
"""Custom attributes of one kind: each may fill a list of 1,000 values in every profile."""

MAX_LABEL = 255
MAX_DESCRIPTION = 2000

DIMENSION = re.compile(r"session_custom_dimension_[1-9][0-9]{0,2}")
"""Session custom dimensions become unique lists of text without anyone defining them."""

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,255}")
_ANY_TYPE = frozenset(
    {
        Aggregation.FIRST,
        Aggregation.LAST,
        Aggregation.FIRST_AND_LAST,
        Aggregation.LIST,
        Aggregation.UNIQUE_LIST,
    }
)
ALLOWED: dict[DataType, frozenset[Aggregation]] = {
    DataType.STRING: _ANY_TYPE,
    DataType.BOOLEAN: _ANY_TYPE,
    DataType.IP: _ANY_TYPE,
    DataType.DATETIME: _ANY_TYPE | {Aggregation.MIN, Aggregation.MAX},
    DataType.NUMBER: frozenset(Aggregation),
}
"""The 30 allowed pairs of 40."""


def check_definition(definition: AttributeDefinition, catalogue: Catalogue) -> None:
    """Raise the first rule that the definition breaks in this catalogue."""
    _check_kind(definition)
    _check_name(definition)
    _check_texts(definition)
    _check_pair(definition)
    if catalogue.get(definition.kind, definition.name):
        raise AttributeExistsError(definition.kind, definition.name)
    _check_shared_source(definition, catalogue)
    _check_count(definition, catalogue)


def check_change(definition: AttributeDefinition, changed: AttributeDefinition) -> None:
    """Raise the first rule that ``changed`` breaks as a change of the definition."""
    check_deletion(definition)
    for field, name in _FIXED.items():
        if getattr(changed, field) != getattr(definition, field):
            raise AttributeFixedError(name, definition.name, definition.source)
    _check_texts(changed)


def check_deletion(definition: AttributeDefinition) -> None:
    """Default attributes stay as they are."""
    if definition.origin is AttributeOrigin.DEFAULT:
        raise AttributeDefaultError(definition.name)


_FIXED = {"data_type": "dataType", "aggregation": "aggregation", "source": "eventField"}
"""What the states of an attribute depend on."""


def _check_kind(definition: AttributeDefinition) -> None:
    if definition.kind is ProfileKind.SESSION:
        raise AttributeInvalidError("kind", "sessions have no custom attributes")


def _check_name(definition: AttributeDefinition) -> None:
    if not _NAME.fullmatch(definition.name):
        problem = "a name is 1 to 255 letters, digits, underscores and hyphens"
        raise AttributeInvalidError("name", problem)
    if definition.origin is AttributeOrigin.CUSTOM and DIMENSION.fullmatch(definition.name):
        raise AttributeInvalidError("name", "session custom dimensions define themselves")


def _check_texts(definition: AttributeDefinition) -> None:
    if not definition.display_name.strip() or len(definition.display_name) > MAX_LABEL:
        raise AttributeInvalidError("displayName", f"a display name is 1 to {MAX_LABEL} characters")
    if len(definition.description or "") > MAX_DESCRIPTION:
        problem = f"a description is at most {MAX_DESCRIPTION} characters"
        raise AttributeInvalidError("description", problem)


def _check_pair(definition: AttributeDefinition) -> None:
    allowed = ALLOWED[definition.data_type]
    if definition.aggregation not in allowed:
        names = ", ".join(one for one in Aggregation if one in allowed)
        problem = f"{definition.data_type} takes {names}, not {definition.aggregation}"
        raise AttributeInvalidError("aggregation", problem)


def _check_shared_source(definition: AttributeDefinition, catalogue: Catalogue) -> None:
    for other in catalogue.with_source(definition.source or ""):
        if other.data_type is not definition.data_type:
            problem = (
                f"the attribute {other.name} reads this event field as {other.data_type}; "
                "attributes that share a field share its type"
            )
            raise AttributeInvalidError("dataType", problem)


def _check_count(definition: AttributeDefinition, catalogue: Catalogue) -> None:
    custom = [
        one for one in catalogue.of_kind(definition.kind) if one.origin is AttributeOrigin.CUSTOM
    ]
    if definition.origin is AttributeOrigin.CUSTOM and len(custom) >= MAX_CUSTOM:
        raise AttributeInvalidError("name", f"there are {MAX_CUSTOM} custom attributes already")
