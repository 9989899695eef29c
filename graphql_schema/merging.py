"""Merging profiles by hand."""

import strawberry

from app.errors import ProfileNotFoundError
from graphql_schema.arguments import InputArgument
from graphql_schema.context import Info
from graphql_schema.errors import UserError, told
from graphql_schema.profiles import Profile, ProfileRef, find_profile
from graphql_schema.rows import Row, profile_row


@strawberry.input(description="Profiles to be joined into one.")
class MergeProfilesInput:
    secondary: list[ProfileRef] = strawberry.field(
        description="Profiles that become part of the primary one."
    )
    primary: ProfileRef | None = strawberry.field(
        default=None,
        description="The profile that stays. It has to be the oldest of all, which is taken "
        "when none is named.",
    )


@strawberry.type(description="The profile that all of them are now, or what was wrong.")
class MergeProfilesPayload:
    profile: Profile | None = strawberry.field(description="The one profile.")
    errors: list[UserError] = strawberry.field(description="What was wrong with the input.")


@told(lambda: {"profile": None})
async def merge_profiles(info: Info, input: InputArgument[MergeProfilesInput]) -> Row:
    services, context = info.context.services, info.context
    primary = await _id(info, input.primary, ("primary",)) if input.primary else None
    secondary = [
        await _id(info, ref, ("secondary", str(index))) for index, ref in enumerate(input.secondary)
    ]
    merged = await services.merging.merge_all(primary, secondary, now=context.now)
    found = await services.profiles.by_id(merged)
    return {"profile": profile_row(found, await context.catalogue()) if found else None}


async def _id(info: Info, ref: ProfileRef, path: tuple[str, ...]) -> str:
    found = await find_profile(info, ref)
    if not found:
        raise ProfileNotFoundError(path)
    return str(found["_id"])
