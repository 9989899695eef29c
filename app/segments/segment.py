"""A saved segment: a name for everybody who meets a definition, or who is on a list. Pure.

The definition is kept as the JSON that a client sent, and checked anew whenever it is used: what
it says of attributes and other segments is then true of those that there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias, TypedDict

from app.attributes.model import ProfileKind
from app.ids import global_id, split_id
from app.segments.errors import SegmentInvalidError
from app.segments.membership import NEVER, Refreshing

MAX_NAME = 255
MAX_DESCRIPTION = 4096


class ListKey(StrEnum):
    """What the rows of a list name people or companies by."""

    USER_ID = "user_id"
    EMAIL = "email"
    NAME = "name"
    ACCOUNT_ID = "account_id"


@dataclass(frozen=True, slots=True)
class Definition:
    """Whoever meets a condition; it is JSON of the shape of ``ProfileFilter``."""

    condition: Mapping[str, Any]

    @property
    def uses(self) -> tuple[str, ...]:
        """The segments that it names, each once."""
        return tuple(sorted(set(_named(self.condition))))


@dataclass(frozen=True, slots=True)
class CsvList:
    """Whoever is named by a row of a list that was imported; ``on``: by what.

    The rows are stored under ``contents``, made anew for each import, so that a new list replaces
    the old one at once, however long it took to store.
    """

    on: ListKey
    contents: str = ""

    @property
    def uses(self) -> tuple[str, ...]:
        """A list uses no other segment."""
        return ()


Source: TypeAlias = Definition | CsvList


@dataclass(frozen=True, slots=True)
class Segment:
    """``version`` counts the sources that it has had."""

    id: str
    kind: ProfileKind
    name: str
    description: str | None
    source: Source
    version: int
    created_at: datetime
    updated_at: datetime
    refreshing: Refreshing = NEVER


@dataclass(frozen=True, slots=True)
class NewSegment:
    """What a caller says about a segment to be created."""

    kind: ProfileKind
    name: str
    source: Source
    description: str | None = None
    refresh_every: timedelta | None = None


class Changes(TypedDict, total=False):
    """What a caller wants a segment to be; what is left out stays."""

    name: str
    description: str | None
    source: Source
    refresh_every: timedelta | None


def check_name(name: str) -> str:
    """The name without space around it, or the error that says what is wrong."""
    plain = name.strip()
    if not plain:
        raise SegmentInvalidError("name", "a segment needs a name")
    if len(plain) > MAX_NAME:
        raise SegmentInvalidError("name", f"it has at most {MAX_NAME} characters")
    return plain


def check_description(description: str | None) -> str | None:
    """The description, or the error that says what is wrong."""
    if description is not None and len(description) > MAX_DESCRIPTION:
        raise SegmentInvalidError("description", f"it has at most {MAX_DESCRIPTION} characters")
    return description


def segment_key(text: str) -> str | None:
    """The key of a segment's global id; None if it is none."""
    kind, key = split_id(text) or ("", "")
    return key if kind == "Segment" else None


def segment_id_of(key: str) -> str:
    """The global id of a segment."""
    return global_id("Segment", key)


def _named(raw: Mapping[str, Any]) -> Iterator[str]:
    """The keys of the segments that a filter names, wherever they stand in it."""
    for name, content in raw.items():
        match name, content:
            case "segment", str():
                yield segment_key(content) or ""
            case "and" | "or", Sequence():
                for one in content:
                    yield from _named(one)
            case "not", Mapping():
                yield from _named(content)
            case _:
                pass
