"""Scalars: moments and free JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NewType

import msgspec
import strawberry
from graphql import (
    FloatValueNode,
    GraphQLError,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    value_from_ast_untyped,
)
from strawberry.types.scalar import ScalarDefinition

from app.events.wire import Moment
from app.exact import read_float
from app.uploads import Upload
from graphql_schema.compiled.leaves import leaves, takes

JSON = NewType("JSON", object)


_WHOLE_SECONDS = len("2026-01-01T00:00:00Z")


@takes(datetime)
def write_moment(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds; msgspec is ten times as fast as ``isoformat``.

    A moment that does not say where is in UTC, as the store has all of them.
    """
    is_utc = moment.tzinfo is UTC or moment.tzinfo is None
    text: str = msgspec.to_builtins(moment if is_utc else moment.astimezone(UTC))
    return f"{text[:23]}Z" if len(text) > _WHOLE_SECONDS else f"{text[:19]}.000Z"


def read_moment(text: object) -> datetime:
    """The moment of an RFC 3339 text, which has to name its offset."""
    try:
        return msgspec.convert(text if isinstance(text, str) else None, Moment)
    except msgspec.ValidationError as unreadable:
        problem = f"DateTime cannot represent {text!r}: it is no RFC 3339 text with an offset."
        raise GraphQLError(problem) from unreadable


def read_duration(text: object) -> timedelta:
    """The time span of an ISO 8601 text of days, hours, minutes and seconds."""
    try:
        return msgspec.convert(text if isinstance(text, str) else None, timedelta)
    except msgspec.ValidationError as unreadable:
        problem = f"Duration cannot represent {text!r}: it is no ISO 8601 duration such as P7D."
        raise GraphQLError(problem) from unreadable


def write_duration(span: timedelta) -> str:
    """ISO 8601, such as ``P7D`` or ``PT900S``."""
    return str(msgspec.to_builtins(span))


def read_upload(value: object) -> Upload:
    """The file that the request brought in this place."""
    if not isinstance(value, Upload):
        raise GraphQLError("Upload cannot represent anything but a file of a multipart request.")
    return value


@leaves(str, int, float, bool)
def write_json(value: Any) -> Any:  # noqa: ANN401  # any JSON
    """The value as JSON has it; decimals are left to the encoder, which writes all digits."""
    if isinstance(value, datetime):
        return write_moment(value)
    if isinstance(value, Mapping):
        return {key: write_json(one) for key, one in value.items()}
    return [write_json(one) for one in value] if isinstance(value, list | tuple) else value


def read_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:  # noqa: ANN401  # any JSON
    """The JSON that a query spells out, with all digits of its numbers."""
    match node:
        case FloatValueNode():
            return read_float(node.value)
        case ListValueNode():
            return [read_literal(one, variables) for one in node.values]
        case ObjectValueNode():
            return {one.name.value: read_literal(one.value, variables) for one in node.fields}
        case _:
            return value_from_ast_untyped(node, variables)


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment as RFC 3339 text; answered in UTC with milliseconds.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=write_moment,
        parse_value=read_moment,
    ),
    timedelta: strawberry.scalar(
        name="Duration",
        description="A time span as ISO 8601 text, without years and months: P7D, PT15M.",
        specified_by_url="https://www.iso.org/iso-8601-date-and-time-format.html",
        serialize=write_duration,
        parse_value=read_duration,
    ),
    Upload: strawberry.scalar(
        name="Upload",
        description="A file, sent as the GraphQL multipart request specification says.",
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
        parse_value=read_upload,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value. Numbers have all their digits, however many.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=write_json,
        parse_value=lambda value: value,
        parse_literal=read_literal,
    ),
}
