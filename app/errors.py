"""Every error that ProfileGraph raises on purpose, in one tree.

    ProfileGraphError
    ├── SettingError              INVALID_SETTING          a setting has no usable value
    ├── KeyRefusedError           KEY_REFUSED              no write key, or none that counts here
    ├── OriginRefusedError        ORIGIN_REFUSED           a site whose pages may not send events
    ├── InputError                                         the caller can mend it
    │   ├── ValueRefusedError     VALUE_REFUSED            a value does not fit its data type
    │   ├── IdentifierRefusedError  IDENTIFIER_REFUSED     a value that identifies nobody
    │   ├── EventRejectedError    EVENT_REJECTED           an event that cannot be taken at all
    │   ├── PersonErasedError     PERSON_ERASED            an event from before an erasure
    │   ├── EventTooLargeError    EVENT_TOO_LARGE          an event over the size or depth limit
    │   ├── BatchSizeError        BATCH_SIZE               no events, or too many in one call
    │   ├── AttributeInvalidError ATTRIBUTE_INVALID        a definition that breaks a rule
    │   ├── AttributeExistsError  ATTRIBUTE_EXISTS         the name is taken
    │   ├── AttributeUnknownError ATTRIBUTE_UNKNOWN        no attribute has this name
    │   ├── AttributeNotFoundError  ATTRIBUTE_NOT_FOUND    no attribute has this id
    │   ├── AttributeFixedError   ATTRIBUTE_FIXED          a change that its values do not allow
    │   ├── AttributeDefaultError ATTRIBUTE_DEFAULT        default attributes stay as they are
    │   ├── ProfileNotFoundError  PROFILE_NOT_FOUND        no living profile is meant
    │   ├── MergeRefusedError     MERGE_REFUSED            profiles that cannot be joined so
    │   ├── UnmergeRefusedError   UNMERGE_REFUSED          a profile that cannot be taken apart so
    │   ├── FilterInvalidError    FILTER_INVALID           a filter or order that cannot be used
    │   ├── SegmentInvalidError   SEGMENT_INVALID          a segment that breaks a rule
    │   ├── SegmentNotFoundError  SEGMENT_NOT_FOUND        no segment has this id
    │   ├── SegmentInUseError     SEGMENT_IN_USE           other segments are made of it
    │   ├── SegmentCycleError     SEGMENT_CYCLE            segments that are made of each other
    │   ├── SegmentChangedError   SEGMENT_CHANGED          somebody else has just changed it
    │   ├── SegmentHistoryError   SEGMENT_HISTORY          nothing is known of its members then
    │   ├── SegmentRefreshingError  SEGMENT_REFRESHING     another refresh of it has taken over
    │   ├── EventSourceInvalidError  EVENT_SOURCE_INVALID  a source that breaks a rule
    │   ├── EventSourceNotFoundError  EVENT_SOURCE_NOT_FOUND  no source has this id
    │   ├── SearchInvalidError    SEARCH_INVALID           a search that cannot be read
    │   ├── PageInvalidError      PAGE_INVALID             a cursor or page size that is none
    │   ├── EventFilterInvalidError  EVENT_FILTER_INVALID  a filter of events that means nothing
    │   ├── RangeInvalidError     RANGE_INVALID            a range of time that holds no moment
    │   ├── UploadInvalidError    UPLOAD_INVALID           files that do not come as they have to
    │   ├── TableInvalidError     CSV_INVALID              a CSV file that cannot be read at all
    │   ├── RowInvalidError       ROW_INVALID              a row of it that cannot be read
    │   ├── MappingError          MAPPING_INVALID          an import mapping that cannot be used
    │   ├── QueryTooLargeError    QUERY_TOO_LARGE          a document of too much text
    │   ├── QueryTooDeepError     QUERY_TOO_DEEP           selections in too many selections
    │   ├── TooManyAliasesError   TOO_MANY_ALIASES         the same fields again and again
    │   ├── QueryTooComplexError  QUERY_TOO_COMPLEX        more objects than one query may ask for
    │   └── ListTooLongError      LIST_TOO_LONG            a list of the input that is too long
    └── RetryError                                         nothing is wrong: ask again
        ├── RateLimitedError      RATE_LIMITED             a source sends more than it may
        ├── QueryTimeoutError     QUERY_TIMEOUT            the time of a query is over
        ├── LaneLostError         LANE_LOST                another process took the work over
        ├── ImportLostError       IMPORT_LOST              rows that were cleared away meanwhile
        ├── OverloadedError       OVERLOADED               more batches are waiting than is sensible
        └── StoreUnavailableError STORE_UNAVAILABLE        the database does not answer

Each class takes the facts, builds the sentence from them and has a stable ``code``. Those of
segments stand in ``app/segments/errors.py``, those of sources in ``app/access/errors.py``, those
of limits in ``graphql_schema/limits/errors.py``.
They are converted to answers in two places: the GraphQL layer and the HTTP layer.
"""

from typing import ClassVar

from typing_extensions import override


class ProfileGraphError(Exception):
    """Root of the tree."""

    code: ClassVar[str] = "INTERNAL"

    @property
    def extensions(self) -> dict[str, object]:
        """What graphql-core copies into the ``extensions`` of an error of the answer."""
        return {"code": self.code}


class SettingError(ProfileGraphError):
    """A setting has no usable value."""

    code = "INVALID_SETTING"

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"The setting {name} cannot be used: {problem}.")


class InputError(ProfileGraphError):
    """The caller sent something that cannot be taken; ``path`` says where in the input."""

    code = "INVALID_INPUT"

    def __init__(self, message: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.path = path

    @property
    @override
    def extensions(self) -> dict[str, object]:
        return {**super().extensions, **({"path": list(self.path)} if self.path else {})}


class ValueRefusedError(InputError):
    """A value cannot become its data type without losing something."""

    code = "VALUE_REFUSED"

    def __init__(self, value: object, expected: str) -> None:
        super().__init__(f"{shown(value)} is not {expected}.")


class IdentifierRefusedError(InputError):
    """The value identifies nobody, or is no identifier at all."""

    code = "IDENTIFIER_REFUSED"

    def __init__(self, kind: str, value: str, problem: str) -> None:
        super().__init__(f"The identifier {shown(kind)}: {shown(value)} is refused: {problem}.")


class EventRejectedError(InputError):
    """The event cannot be taken at all."""

    code = "EVENT_REJECTED"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}.", (field,))


class PersonErasedError(InputError):
    """The event happened before the person it is about was erased."""

    code = "PERSON_ERASED"

    def __init__(self) -> None:
        super().__init__("It happened before the person it is about was erased, and is kept out.")


class EventTooLargeError(InputError):
    """The event is larger or deeper than one event may be."""

    code = "EVENT_TOO_LARGE"

    def __init__(self, field: str, limit: str) -> None:
        super().__init__(f"{field} is over the limit of {limit}.", (field,))


class BatchSizeError(InputError):
    """A call carries no events, or more than one call may."""

    code = "BATCH_SIZE"

    def __init__(self, events: int, limit: int) -> None:
        super().__init__(f"A call takes 1 to {limit} events, not {events}.", ("events",))


class AttributeInvalidError(InputError):
    """An attribute definition breaks a rule."""

    code = "ATTRIBUTE_INVALID"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}.", (field,))


class AttributeExistsError(InputError):
    """The name is taken."""

    code = "ATTRIBUTE_EXISTS"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"There is already a {kind} attribute named {name}.", ("name",))


class AttributeUnknownError(InputError):
    """No attribute has this name."""

    code = "ATTRIBUTE_UNKNOWN"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"There is no {kind} attribute named {shown(name)}.", ("name",))


class AttributeNotFoundError(InputError):
    """No attribute has this id; it may have been deleted."""

    code = "ATTRIBUTE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("No attribute has this id.", ("id",))


class AttributeFixedError(InputError):
    """Type, aggregation and event field decide what the values are, so they stay."""

    code = "ATTRIBUTE_FIXED"

    def __init__(self, field: str, name: str, source: str | None) -> None:
        message = (
            f"{field}: it cannot be changed for {name}, whose values were made with it; "
            f"create another attribute with the event field {source} instead."
        )
        super().__init__(message, (field,))


class AttributeDefaultError(InputError):
    """Default attributes are the same everywhere."""

    code = "ATTRIBUTE_DEFAULT"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is a default attribute, which stays as it is.", ("id",))


class ProfileNotFoundError(InputError):
    """No living profile is meant by this reference."""

    code = "PROFILE_NOT_FOUND"

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__("No profile is known by this reference.", path)


class MergeRefusedError(InputError):
    """The profiles cannot be joined in the way that was asked for."""

    code = "MERGE_REFUSED"

    def __init__(self, problem: str, path: tuple[str, ...]) -> None:
        super().__init__(f"The profiles were not merged: {problem}.", path)


class UnmergeRefusedError(InputError):
    """A profile cannot be taken apart as asked."""

    code = "UNMERGE_REFUSED"

    def __init__(self, problem: str, path: tuple[str, ...]) -> None:
        super().__init__(f"The profile was not taken apart: {problem}.", path)


class FilterInvalidError(InputError):
    """A filter or an order that cannot be used; ``path`` leads to what is wrong."""

    code = "FILTER_INVALID"

    def __init__(self, path: tuple[str, ...], problem: str) -> None:
        super().__init__(f"The argument {'.'.join(path)} cannot be used: {problem}.", path)


class SearchInvalidError(InputError):
    """The text of a search cannot be read; ``place`` counts its characters from 0."""

    code = "SEARCH_INVALID"

    def __init__(self, path: tuple[str, ...], place: int, problem: str) -> None:
        super().__init__(f"{'.'.join(path)}, character {place + 1}: {problem}.", path)


class PageInvalidError(InputError):
    """A cursor or a page size cannot be served."""

    code = "PAGE_INVALID"

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(f"{argument}: {problem}.", (argument,))


class EventFilterInvalidError(InputError):
    """A filter of events cannot be understood; the path leads to the part that is wrong."""

    code = "EVENT_FILTER_INVALID"

    def __init__(self, path: tuple[str, ...], problem: str) -> None:
        super().__init__(f"{'.'.join(path)}: {problem}.", path)


class RangeInvalidError(InputError):
    """A range of time holds no moment."""

    code = "RANGE_INVALID"

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(f"during.{argument}: {problem}.", ("during", argument))


class UploadInvalidError(InputError):
    """A request that brings files breaks the specification or a limit; nothing was done."""

    code = "UPLOAD_INVALID"

    def __init__(self, problem: str) -> None:
        super().__init__(f"The upload cannot be taken: {problem}.")


class TableInvalidError(InputError):
    """A CSV file cannot be read at all; the message names the line, or the columns there are.

    ``part``: the part of the input that is wrong.
    """

    code = "CSV_INVALID"

    def __init__(self, problem: str, part: str = "file") -> None:
        super().__init__(f"{problem}.", (part,))


class RowInvalidError(InputError):
    """A row of a CSV file cannot be read; the others can."""

    code = "ROW_INVALID"

    def __init__(self, problem: str) -> None:
        super().__init__(f"{problem}.")


class MappingError(InputError):
    """An import mapping cannot be used for this file."""

    code = "MAPPING_INVALID"

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}.", (where,))


class RetryError(ProfileGraphError):
    """Nothing is wrong with the input and nothing is lost: the same call may be sent again."""

    code = "RETRY"


class QueryTimeoutError(RetryError):
    """A query took longer than it may, and was ended."""

    code = "QUERY_TIMEOUT"

    def __init__(self, limit: str) -> None:
        super().__init__(f"The query took longer than {limit}; ask for less, or again later.")


class LaneLostError(RetryError):
    """Another process took this lane over while the batch was under way."""

    code = "LANE_LOST"

    def __init__(self, lane: str) -> None:
        super().__init__(f"Lane {lane} went to another process; send the batch again.")


class ImportLostError(RetryError):
    """An import came back so late that what it had stored was cleared away."""

    code = "IMPORT_LOST"

    def __init__(self) -> None:
        super().__init__("The import paused for so long that it was given up; send it again.")


class OverloadedError(RetryError):
    """More is waiting than is sensible."""

    code = "OVERLOADED"

    def __init__(self, waiting: int, what: str = "batches") -> None:
        super().__init__(f"{waiting} {what} are waiting already; send the batch again later.")


class StoreUnavailableError(RetryError):
    """The database does not answer."""

    code = "STORE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("The database does not answer; send the request again.")


_SHOWN = 60


def shown(value: object) -> str:
    """The value as it may stand in a message: short, on one line, quoted like JSON text."""
    text = value if isinstance(value, str) else str(value)
    short = text if len(text) <= _SHOWN else f"{text[:57]}..."
    return '"' + short.encode("unicode_escape").decode("ascii") + '"'
