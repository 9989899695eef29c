"""The people and events that benchmarks are about are what ingestion would have stored."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions

from app.events.parse import Arrival, parse_event
from app.events.repository import Batch, EventRepository
from app.events.stored import Entry
from app.storage.client import Database
from migrations.runner import migrate
from tests.benchmarks.load import ledger
from tests.benchmarks.load.journeys import LANE, Ledger
from tests.benchmarks.load.people import Share, Shares, events_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = Batch(LANE, 0, 1)
UTC_CODEC: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, tzinfo=UTC)
SHARES = Shares(
    browsers=Share({"Firefox": 1}),
    systems=Share({"Linux": 1}),
    devices=Share({"desktop": 0.9, "mobile": 0.1}),
    countries=Share({"GB": 0.9, "BR": 0.1}),
    sessions=Share({"1": 0.8, "2": 0.2}),
    plans=Share({"free": 1}),
)


def documents_of(number: int) -> list[dict[str, Any]]:
    made = Ledger(SHARES, BATCH, NOW, mean=8).documents_of(number)
    return [bson.decode(one.raw, UTC_CODEC) for one in made]


async def test_first_event_of_a_session_is_the_one_that_made_the_profile(
    database: Database,
) -> None:
    arrival = Arrival(NOW)
    for number in range(20):
        events = [parse_event(one, arrival).event for one in events_of(number, SHARES)]
        entries = [Entry(event, f"p{number:08}") for event in events]
        await EventRepository(database).store(entries, BATCH)
        stored = await database["events"].find({"profile": f"p{number:08}"}).to_list()
        firsts = [one for one in documents_of(number) if one["_id"].count("-") == 1]
        assert firsts == sorted(stored, key=lambda one: one["time"])


def test_later_events_have_every_field_of_a_first_one() -> None:
    payloads = {"user", "account_traits", "properties"}
    for number in range(20):
        first, *others = documents_of(number)
        assert all(one.keys() | payloads == first.keys() | payloads for one in others)


def test_events_of_a_session_follow_each_other() -> None:
    for number in range(20):
        documents = documents_of(number)
        for session in {one["session"] for one in documents}:
            times = [one["time"] for one in documents if one["session"] == session]
            assert times == sorted(set(times))
            assert times[-1] - times[0] < timedelta(hours=2)


def test_same_number_is_the_same_person_doing_the_same() -> None:
    assert documents_of(7) == documents_of(7) != documents_of(8)


@pytest.mark.server  # the embedded store takes no documents that are encoded
async def test_filling_that_was_ended_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "CHUNK", 20)
    async for _ in migrate(database, now=NOW):
        pass
    standing = (await database["events"].index_information()).keys()
    whole = {one["_id"] for number in range(50) for one in documents_of(number)}

    def filling() -> AsyncIterator[tuple[str, int]]:
        events = round(50 * 8 * ledger.SESSIONS)
        return ledger.fill_ledger(database, SHARES, people=50, events=events, now=NOW)

    async for _, people in filling():
        if people == 40:
            break
    assert (await database["events"].index_information()).keys() == {"_id_"}
    async for _ in filling():
        pass

    assert {one["_id"] async for one in database["events"].find({}, {"_id": 1})} == whole
    assert (await database["events"].index_information()).keys() == standing
