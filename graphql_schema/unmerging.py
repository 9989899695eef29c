"""Taking profiles apart."""

import strawberry

from app.errors import ProfileNotFoundError
from app.identity.model import Identifier
from app.storage.client import Document
from graphql_schema.arguments import InputArgument
from graphql_schema.context import Info
from graphql_schema.errors import UserError, told
from graphql_schema.profiles import IdentifierInput, Profile, ProfileRef, find_profile
from graphql_schema.rows import Row, profile_row


@strawberry.input(description="A profile that is two people, and which identifiers are the other.")
class UnmergeProfileInput:
    profile: ProfileRef = strawberry.field(description="The profile; it keeps its id.")
    identifiers: list[IdentifierInput] = strawberry.field(
        description="Identifiers of it that belong to somebody else. One at least has to stay."
    )


@strawberry.type(description="Both profiles, or what was wrong.")
class UnmergeProfilePayload:
    profile: Profile | None = strawberry.field(description="The one that keeps its id.")
    split: Profile | None = strawberry.field(
        description="The one of the identifiers that were named; null where every event with them "
        "is about the other one, so that there is nothing they did."
    )
    errors: list[UserError] = strawberry.field(description="What was wrong with the input.")


@told(lambda: {"profile": None, "split": None})
async def unmerge_profile(info: Info, input: InputArgument[UnmergeProfileInput]) -> Row:
    services, context = info.context.services, info.context
    found = await find_profile(info, input.profile)
    if not found:
        raise ProfileNotFoundError(("profile",))
    keys = [Identifier(one.type, one.value).key for one in input.identifiers]
    kept, split = await services.unmerging.unmerge(found["_id"], keys, now=context.now)
    return {
        "profile": await _row(info, await services.profiles.by_id(kept)),
        "split": await _row(info, await services.profiles.by_id(split)),
    }


async def _row(info: Info, found: Document | None) -> Row | None:
    return profile_row(found, await info.context.catalogue()) if found else None
