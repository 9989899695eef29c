"""Importing lists of people and companies as segments."""

from datetime import datetime
from io import BytesIO

import strawberry

from app.attributes.model import ProfileKind as DocumentKind
from app.segments.errors import SegmentInvalidError
from app.segments.rows.model import ListImport, ListReport, NewList
from app.segments.rows.service import File
from app.segments.segment import segment_key
from app.uploads import Upload
from graphql_schema.arguments import InputArgument
from graphql_schema.context import Info
from graphql_schema.enums import ProfileKind
from graphql_schema.errors import UserError, error_row, told
from graphql_schema.rows import Row, segment_row
from graphql_schema.segments import Segment


@strawberry.input(description="A list of people or companies; either `file` or `csv`.")
class ImportSegmentCsvInput:
    kind: ProfileKind = strawberry.field(description="Whether it is of people or of companies.")
    column: str = strawberry.field(description="The name of the column that says who is meant.")
    match_on: str = strawberry.field(
        description="What that column has: `user_id`, `email` or `name` of people, `account_id` or "
        "`name` of companies. Space around it is dropped, upper and lower case differ."
    )
    name: str | None = strawberry.field(
        default=None,
        description="What the segment is called; needed unless the list of one is replaced.",
    )
    segment: strawberry.ID | None = strawberry.field(
        default=None, description="The segment whose list, or definition, is replaced at once."
    )
    file: Upload | None = strawberry.field(
        default=None, description="The list as a file: UTF-8, or Unicode with a byte order mark."
    )
    csv: str | None = strawberry.field(default=None, description="The list as text.")
    delimiter: str | None = strawberry.field(
        default=None,
        description="What separates cells: a comma, a semicolon or a tab; else it is found out.",
    )
    dry_run: bool | None = strawberry.field(
        default=False, description="Count and check, but change nothing."
    )


@strawberry.type(description="A row that was refused; the others were taken.")
class RowError:
    line: int = strawberry.field(description="The line of the file that it begins on.")
    code: str = strawberry.field(description="A stable code; the README lists them all.")
    message: str = strawberry.field(description="What is wrong, in words.")


@strawberry.type(
    description="What became of the rows: `matched`, `unknown`, `duplicate`, `ambiguous` and "
    "`rejectedCount` add up to `rows`."
)
class ImportSegmentCsvPayload:
    segment: Segment | None = strawberry.field(
        description="The segment, complete; after a dry run the one that would be replaced."
    )
    rows: int = strawberry.field(description="Rows that were read; blank ones are none.")
    matched: int = strawberry.field(description="Rows that name one profile.")
    unknown: int = strawberry.field(
        description="Rows that name nobody yet; they are kept, and match whoever comes later."
    )
    duplicate: int = strawberry.field(description="Rows that repeat an earlier one.")
    ambiguous: int = strawberry.field(
        description="Rows that name several profiles; all of these belong to the segment."
    )
    rejected: list[RowError] = strawberry.field(
        description="The first 100 rows that name nobody and never will, by their lines."
    )
    rejected_count: int = strawberry.field(description="How many of these there are.")
    errors: list[UserError] = strawberry.field(description="What was wrong with the input.")


@strawberry.type(description="An import of a list that is going on.")
class SegmentImport:
    id: strawberry.ID = strawberry.field(description="Its id; of no use elsewhere.")
    name: str = strawberry.field(description="What the segment will be called.")
    kind: ProfileKind = strawberry.field(description="Whether it is of people or of companies.")
    rows: int = strawberry.field(description="Rows that were read so far.")
    read: int = strawberry.field(description="Bytes that were read so far.")
    size: int = strawberry.field(description="Bytes that there are to read.")
    started_at: datetime = strawberry.field(description="When it began.")


@strawberry.type(description="Imports of lists, of all processes.")
class SegmentImports:
    under_way: list[SegmentImport] = strawberry.field(
        description="Those that are going on, the oldest first; dry runs are not among them."
    )


@told(lambda: _row(ListReport()))
async def import_segment_csv(info: Info, input: InputArgument[ImportSegmentCsvInput]) -> Row:
    new = NewList(
        kind=DocumentKind(input.kind.value),
        column=input.column,
        match_on=input.match_on,
        name=input.name,
        segment_id=None if input.segment is None else segment_key(input.segment) or "",
        delimiter=input.delimiter,
        dry_run=bool(input.dry_run),
    )
    return _row(await info.context.services.rows.run(new, _file(input)))


async def read_segment_imports(info: Info) -> Row:
    going = await info.context.services.rows.under_way()
    return {"under_way": [_import_row(one) for one in going]}


def _file(input: ImportSegmentCsvInput) -> File:
    if (input.file is None) == (input.csv is None):
        raise SegmentInvalidError("file", "a list comes either as `file` or as `csv`")
    if input.file is not None:
        return File(input.file.file, input.file.size)
    text = (input.csv or "").encode("utf-8", "surrogatepass")
    return File(BytesIO(text), len(text), "csv")


def _row(report: ListReport) -> Row:
    return {
        "segment": segment_row(report.segment) if report.segment else None,
        "rows": report.rows,
        "matched": report.matched,
        "unknown": report.unknown,
        "duplicate": report.duplicate,
        "ambiguous": report.ambiguous,
        "rejected": [one._asdict() for one in report.refused_rows],
        "rejected_count": report.refused,
        "errors": [error_row(report.error)] if report.error else [],
    }


def _import_row(going: ListImport) -> Row:
    return {
        "id": going.id,
        "name": going.name,
        "kind": going.kind,
        "rows": going.rows,
        "read": going.read,
        "size": going.size,
        "started_at": going.started_at,
    }
