"""Fills an empty database with the demo shop."""

from datetime import datetime
from itertools import islice

import msgspec

from app.demo.events import demo_events
from app.events.wire import EventInput
from app.ingestion.service import IngestionService

_BATCH = 500


async def load_demo(ingestion: IngestionService, *, now: datetime) -> int:
    """Ingest the demo shop's events; how many were new."""
    events = iter(msgspec.convert(list(demo_events(now)), list[EventInput]))
    accepted = 0
    while batch := list(islice(events, _BATCH)):
        accepted += (await ingestion.ingest(batch)).accepted
    return accepted
