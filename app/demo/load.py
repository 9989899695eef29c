"""Fills an empty database with the demo shop: events, segments of its customers, sources."""

from datetime import datetime
from itertools import islice

import msgspec

from app.access.service import EventSourceService
from app.demo.event_sources import DEMO_EVENT_SOURCES
from app.demo.events import demo_events
from app.demo.segments import DEMO_SEGMENTS
from app.events.wire import EventInput
from app.ingestion.service import IngestionService
from app.segments.segment_service import SegmentService

_BATCH = 500


async def load_demo(ingestion: IngestionService, *, now: datetime) -> int:
    """Ingest the demo shop's events; how many were new."""
    events = iter(msgspec.convert(list(demo_events(now)), list[EventInput]))
    accepted = 0
    while batch := list(islice(events, _BATCH)):
        accepted += (await ingestion.ingest(batch)).accepted
    return accepted


async def load_demo_segments(segments: SegmentService, *, now: datetime) -> None:
    """Save the demo shop's segments, unless they are there."""
    known = await segments.by_ids(DEMO_SEGMENTS)
    for segment_id, segment in DEMO_SEGMENTS.items():
        if segment_id not in known:
            await segments.create(segment, now=now, segment_id=segment_id)


async def load_demo_event_sources(sources: EventSourceService, *, now: datetime) -> None:
    """Create the demo shop's sources, unless they are there."""
    known = await sources.by_ids(DEMO_EVENT_SOURCES)
    for source_id, source in DEMO_EVENT_SOURCES.items():
        if source_id not in known:
            await sources.create(source, now=now, source_id=source_id)
