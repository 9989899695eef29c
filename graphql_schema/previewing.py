"""What a merge would do."""

from typing import Annotated

import strawberry

from app.attributes.model import ProfileKind
from app.identity.model import Identifier as IdentifierModel
from app.identity.model import identifier
from graphql_schema.attributes import AttributeValue
from graphql_schema.context import Info
from graphql_schema.fields import computed
from graphql_schema.identifiers import Identifier
from graphql_schema.profiles import IdentifierInput, Profile
from graphql_schema.rows import Row, profile_row
from graphql_schema.values import value_readers

_, read_values = value_readers(ProfileKind.USER)

IdentifiersArgument = Annotated[
    list[IdentifierInput],
    strawberry.argument(description="Identifiers of one person, as an event would name them."),
]


async def preview_merge(info: Info, identifiers: IdentifiersArgument) -> Row:
    catalogue = await info.context.catalogue()
    keys = [identifier(one.type, one.value).key for one in identifiers]
    preview = await info.context.services.previews.preview(keys, catalogue)
    profiles = [profile_row(one, catalogue) for one in preview.profiles]
    return {
        "profiles": profiles,
        "primary": profiles[0] if profiles else None,
        "identifiers": _named(preview.result.get("identifiers", ())),
        "apart": _named(preview.apart),
        "is_broken": preview.is_broken,
        "document": preview.result,
        "catalogue": catalogue,
    }


def _named(keys: list[str]) -> list[Row]:
    return [IdentifierModel.from_key(key)._asdict() for key in keys]


@strawberry.type(description="What would become of profiles if one event named all of these.")
class MergePreview:
    profiles: list[Profile] = strawberry.field(
        description="The profiles that would be one, the oldest first."
    )
    primary: Profile | None = strawberry.field(
        description="The one that would stay; null where nobody is known yet."
    )
    identifiers: list[Identifier] = strawberry.field(
        description="Everything that would name the one profile."
    )
    attributes: list[AttributeValue] = computed(
        list[AttributeValue],
        read_values,
        "The attributes it would have, in the order of their definitions.",
    )
    apart: list[Identifier] = strawberry.field(
        description="Identifiers that would stay with somebody else, by the identity policy or "
        "because profiles were taken apart."
    )
    is_broken: bool = strawberry.field(
        description="Whether it would be over a limit, and removed at once."
    )
