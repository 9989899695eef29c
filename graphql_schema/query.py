"""The root types: every query and mutation there is."""

from typing import Annotated

import strawberry

from graphql_schema.accounts import Account, read_account, read_accounts
from graphql_schema.admitting import (
    CreateEventSourcePayload,
    EventSourcePayload,
    create_event_source,
    revoke_event_source,
    update_event_source,
)
from graphql_schema.attributes import AttributeDefinition, read_attribute, read_attributes
from graphql_schema.broken import (
    BrokenAccount,
    BrokenProfile,
    read_broken_accounts,
    read_broken_profiles,
)
from graphql_schema.collisions import Collision, read_collisions
from graphql_schema.context import Info
from graphql_schema.defining import (
    AttributePayload,
    create_attribute,
    delete_attribute,
    update_attribute,
)
from graphql_schema.erasing import (
    EraseProfilePayload,
    Erasure,
    erase_profile,
    read_erasures,
)
from graphql_schema.event_sources import EventSource, read_event_sources
from graphql_schema.events import Event, read_events
from graphql_schema.explaining import SegmentExplanation, explain_segment
from graphql_schema.fields import served
from graphql_schema.ingestion import IngestEventsPayload, ingest_events
from graphql_schema.lookup import MAX_NODES, load_node, load_nodes
from graphql_schema.merging import MergeProfilesPayload, merge_profiles
from graphql_schema.nodes import Connection, Node
from graphql_schema.payloads import DeletePayload
from graphql_schema.previewing import MergePreview, preview_merge
from graphql_schema.profiles import Profile, read_profile, read_profiles
from graphql_schema.rows import Row
from graphql_schema.segment_lists import (
    ImportSegmentCsvPayload,
    SegmentImports,
    import_segment_csv,
    read_segment_imports,
)
from graphql_schema.segmenting import (
    SegmentPayload,
    create_segment,
    delete_segment,
    refresh_segment,
    update_segment,
)
from graphql_schema.segments import (
    Segment,
    SegmentPreview,
    preview_segment,
    read_segment,
    read_segments,
)
from graphql_schema.unmerging import UnmergeProfilePayload, unmerge_profile

IdArgument = Annotated[strawberry.ID, strawberry.argument(description="A global id.")]
IdsArgument = Annotated[
    list[strawberry.ID], strawberry.argument(description=f"At most {MAX_NODES} global ids.")
]


async def read_node(info: Info, id: IdArgument) -> Row | None:
    return await load_node(info, id)


async def read_nodes(info: Info, ids: IdsArgument) -> list[Row | None]:
    return await load_nodes(info, ids)


@strawberry.type(description="What can be asked.")
class Query:
    node: Node | None = served(Node | None, read_node, "Anything, by its global id.")
    nodes: list[Node | None] = served(
        list[Node | None],
        read_nodes,
        "Several things, in the order of their ids; null for what is not there.",
    )
    profile: Profile | None = served(Profile | None, read_profile, "One person.")
    profiles: Connection[Profile] = served(
        Connection[Profile], read_profiles, "All people, the newest profiles first."
    )
    account: Account | None = served(Account | None, read_account, "One company.")
    accounts: Connection[Account] = served(
        Connection[Account], read_accounts, "All companies, by account id."
    )
    segment: Segment | None = served(Segment | None, read_segment, "One saved segment.")
    segments: Connection[Segment] = served(
        Connection[Segment], read_segments, "The saved segments, by name."
    )
    segment_imports: SegmentImports = served(
        SegmentImports, read_segment_imports, "How far imports of lists are."
    )
    preview_segment: SegmentPreview = served(
        SegmentPreview, preview_segment, "Size and a sample of a definition that is not saved."
    )
    explain_segment: SegmentExplanation = served(
        SegmentExplanation, explain_segment, "Why somebody is in a segment, or is not."
    )
    events: Connection[Event] = served(
        Connection[Event],
        read_events,
        "The events of everybody, also those that belong to nobody, the newest first.",
    )
    preview_merge: MergePreview = served(
        MergePreview,
        preview_merge,
        "What would become of profiles if one event named all of these. Nothing is changed.",
    )
    collisions: Connection[Collision] = served(
        Connection[Collision],
        read_collisions,
        "Where identifiers of different people came together, the last found first.",
    )
    erasures: Connection[Erasure] = served(
        Connection[Erasure], read_erasures, "That people were erased, the latest first; not who."
    )
    broken_profiles: Connection[BrokenProfile] = served(
        Connection[BrokenProfile],
        read_broken_profiles,
        "Profiles that outgrew the limits and were removed, the latest first.",
    )
    broken_accounts: Connection[BrokenAccount] = served(
        Connection[BrokenAccount],
        read_broken_accounts,
        "Accounts that outgrew their limit and began anew, the latest first.",
    )
    attributes: list[AttributeDefinition] = served(
        list[AttributeDefinition],
        read_attributes,
        "The attributes of a kind of profile: the defaults, then the others by age.",
    )
    attribute: AttributeDefinition | None = served(
        AttributeDefinition | None, read_attribute, "One attribute, by name."
    )
    event_sources: list[EventSource] = served(
        list[EventSource], read_event_sources, "The sources that may send events, by name."
    )


@strawberry.type(description="What can be changed.")
class Mutation:
    ingest_events: IngestEventsPayload = served(
        IngestEventsPayload,
        ingest_events,
        "Send events. What is accepted counts exactly once, however often it is sent.",
    )
    create_attribute: AttributePayload = served(
        AttributePayload, create_attribute, "Define a custom attribute."
    )
    update_attribute: AttributePayload = served(
        AttributePayload, update_attribute, "Change what a custom attribute is called and means."
    )
    delete_attribute: DeletePayload = served(
        DeletePayload, delete_attribute, "Delete a custom attribute, with its values."
    )
    merge_profiles: MergeProfilesPayload = served(
        MergeProfilesPayload, merge_profiles, "Join profiles that belong to the same person."
    )
    unmerge_profile: UnmergeProfilePayload = served(
        UnmergeProfilePayload,
        unmerge_profile,
        "Take a profile apart that is two people. Each side becomes what its events say, as if "
        "none had named both, and no event joins them again.",
    )
    create_segment: SegmentPayload = served(
        SegmentPayload, create_segment, "Save a segment: a name for whoever meets a definition."
    )
    update_segment: SegmentPayload = served(
        SegmentPayload, update_segment, "Change a segment; a definition is replaced at once."
    )
    import_segment_csv: ImportSegmentCsvPayload = served(
        ImportSegmentCsvPayload,
        import_segment_csv,
        "Make a segment of a list, or replace its list at once; answers when all rows are there.",
    )
    refresh_segment: SegmentPayload = served(
        SegmentPayload, refresh_segment, "Record who is in a segment now."
    )
    delete_segment: DeletePayload = served(
        DeletePayload, delete_segment, "Delete a segment that no other segment uses."
    )
    create_event_source: CreateEventSourcePayload = served(
        CreateEventSourcePayload,
        create_event_source,
        "Create a source of events; its write key is in the answer, this once.",
    )
    update_event_source: EventSourcePayload = served(
        EventSourcePayload, update_event_source, "Change what a source is called and may do."
    )
    revoke_event_source: EventSourcePayload = served(
        EventSourcePayload, revoke_event_source, "Let the write key of a source count no more."
    )
    erase_profile: EraseProfilePayload = served(
        EraseProfilePayload,
        erase_profile,
        "Erase a person: profile, identifiers, events and sessions. No event that happened "
        "before brings them back.",
    )
