"""Why somebody is in a segment, or is not."""

from typing import Annotated

import strawberry

from app.attributes.model import ProfileKind
from app.errors import InputError, ProfileNotFoundError
from app.segments.explain import Verdict
from app.segments.segment import segment_key
from graphql_schema.accounts import AccountRef, find_account
from graphql_schema.context import Info
from graphql_schema.events import Event
from graphql_schema.profiles import ProfileRef, find_profile
from graphql_schema.rows import Row, event_row, segment_row
from graphql_schema.scalars import JSON
from graphql_schema.segments import Segment


@strawberry.type(description="A condition of a segment, and what decided it.")
class ConditionVerdict:
    path: list[str] = strawberry.field(
        description="Where it stands in the definition; through `segment` on into that one's."
    )
    condition: JSON = strawberry.field(description="The condition.")
    holds: bool = strawberry.field(description="Whether it holds.")
    values: list[JSON] = strawberry.field(
        description="What they have of what it is about: values of the attribute, identifiers of "
        "the type, ids of accounts, or what rows of a list could name; empty where there is none."
    )
    events: list[Event] = strawberry.field(
        description="The latest 20 events that its steps are about, in the order of time."
    )


@strawberry.type(description="Why somebody is in a segment, or is not.")
class SegmentExplanation:
    belongs: bool = strawberry.field(description="Whether they are in it.")
    segment: Segment = strawberry.field(description="The segment.")
    conditions: list[ConditionVerdict] = strawberry.field(
        description="The whole definition, then everything that it is made of."
    )


SegmentArgument = Annotated[
    strawberry.ID, strawberry.argument(description="The segment's global id.")
]
ProfileArgument = Annotated[
    ProfileRef | None, strawberry.argument(description="Who: for a segment of people.")
]
AccountArgument = Annotated[
    AccountRef | None, strawberry.argument(description="Which company: for one of companies.")
]


async def explain_segment(
    info: Info,
    segment: SegmentArgument,
    profile: ProfileArgument = None,
    account: AccountArgument = None,
) -> Row:
    kind, document_id = await _subject(info, profile, account)
    belonging, key = info.context.services.belonging, segment_key(segment) or ""
    verdicts = await belonging.explain(key, document_id, kind, now=info.context.now)
    events = await _events(info, verdicts)
    found = await info.context.loaders.segments_by_id.load(key)
    assert found, "it has just been explained"
    return {
        "belongs": verdicts[0].holds,
        "segment": segment_row(found),
        "conditions": [_verdict_row(one, events) for one in verdicts],
    }


async def _subject(
    info: Info, profile: ProfileRef | None, account: AccountRef | None
) -> tuple[ProfileKind, str]:
    """Kind and id of whom it is about."""
    if (profile is None) is (account is None):
        raise InputError("Name either a profile or an account.", ("profile",))
    if profile is not None:
        found, kind = await find_profile(info, profile), ProfileKind.USER
    else:
        assert account is not None, "one of them is given"
        found, kind = await find_account(info, account), ProfileKind.ACCOUNT
    if found is None:
        raise ProfileNotFoundError((kind.lower().replace("user", "profile"),))
    return kind, found["_id"]


async def _events(info: Info, verdicts: list[Verdict]) -> dict[str, Row]:
    wanted = [event.id for one in verdicts for event in one.events]
    found = await info.context.services.events.by_ids(wanted)
    catalogue = await info.context.catalogue()
    return {key: event_row(one, catalogue) for key, one in found.items()}


def _verdict_row(verdict: Verdict, events: dict[str, Row]) -> Row:
    return {
        "path": list(verdict.path),
        "condition": verdict.condition,
        "holds": verdict.holds,
        "values": list(verdict.values),
        "events": [events[one.id] for one in verdict.events if one.id in events],
    }
