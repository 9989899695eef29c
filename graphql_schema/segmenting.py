"""Creating, changing and deleting segments."""

from datetime import timedelta

import strawberry

from app.attributes.model import ProfileKind as DocumentKind
from app.segments.segment import Changes, Definition, NewSegment, segment_key
from app.segments.written import written
from graphql_schema.arguments import InputArgument
from graphql_schema.context import Info
from graphql_schema.enums import ProfileKind
from graphql_schema.errors import UserError, told
from graphql_schema.filters import ProfileFilter
from graphql_schema.rows import Row, segment_row
from graphql_schema.segments import Segment


@strawberry.input(description="A segment to be saved.")
class CreateSegmentInput:
    name: str = strawberry.field(description="What it is called: 1 to 255 characters.")
    kind: ProfileKind = strawberry.field(description="Whether it is of people or of companies.")
    definition: ProfileFilter = strawberry.field(description="Who belongs to it.")
    description: str | None = strawberry.field(default=None, description="What it is for.")
    refresh_every: timedelta | None = strawberry.field(
        default=None,
        description="How often to record who is in it, one minute to 31 days; else never.",
    )


@strawberry.input(description="Changes of a segment; what is left out stays.")
class UpdateSegmentInput:
    id: strawberry.ID = strawberry.field(description="The segment's global id.")
    name: str | None = strawberry.field(default=None, description="What it is called.")
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="What it is for; null: nothing is said."
    )
    definition: ProfileFilter | None = strawberry.field(
        default=None, description="Who belongs to it; replaces definition or list at once."
    )
    refresh_every: timedelta | None = strawberry.field(
        default=strawberry.UNSET,
        description="How often to record who is in it; null: no more.",
    )
    version: int | None = strawberry.field(
        default=None,
        description="The version that was looked at: if it is no longer that, nothing changes.",
    )


@strawberry.input(description="A segment to be deleted.")
class DeleteSegmentInput:
    id: strawberry.ID = strawberry.field(description="The segment's global id.")


@strawberry.input(description="A segment whose members are to be recorded now.")
class RefreshSegmentInput:
    id: strawberry.ID = strawberry.field(description="The segment's global id.")


@strawberry.type(description="The segment, or what was wrong.")
class SegmentPayload:
    segment: Segment | None = strawberry.field(description="The segment as it is now.")
    errors: list[UserError] = strawberry.field(description="What was wrong with the input.")


@told(lambda: {"segment": None})
async def create_segment(info: Info, input: InputArgument[CreateSegmentInput]) -> Row:
    new = NewSegment(
        kind=DocumentKind(input.kind.value),
        name=input.name,
        source=Definition(written(input.definition)),
        description=input.description,
        refresh_every=input.refresh_every,
    )
    created = await info.context.services.segments.create(new, now=info.context.now)
    return {"segment": segment_row(created)}


@told(lambda: {"segment": None})
async def update_segment(info: Info, input: InputArgument[UpdateSegmentInput]) -> Row:
    update = info.context.services.segments.update
    changed = await update(
        segment_key(input.id) or "", _changes(input), now=info.context.now, onto=input.version
    )
    return {"segment": segment_row(changed)}


@told(lambda: {"segment": None})
async def refresh_segment(info: Info, input: InputArgument[RefreshSegmentInput]) -> Row:
    refresh = info.context.services.refreshing.refresh
    refreshed = await refresh(segment_key(input.id) or "")
    return {"segment": segment_row(refreshed)}


@told(lambda: {"deleted_id": None})
async def delete_segment(info: Info, input: InputArgument[DeleteSegmentInput]) -> Row:
    await info.context.services.segments.delete(segment_key(input.id) or "", now=info.context.now)
    return {"deleted_id": input.id}


def _changes(input: UpdateSegmentInput) -> Changes:
    changes = Changes()
    if input.name is not None:
        changes["name"] = input.name
    if input.description is not strawberry.UNSET:
        changes["description"] = input.description
    if input.refresh_every is not strawberry.UNSET:
        changes["refresh_every"] = input.refresh_every
    if input.definition is not None:
        changes["source"] = Definition(written(input.definition))
    return changes
