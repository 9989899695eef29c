"""When an event happened and when it was processed: two clocks that are told apart."""

from datetime import datetime, timedelta

import pytest

from app.errors import EventRejectedError
from app.events.parse import Arrival, EventWarning, parse_event
from app.profiles.model import Processed
from tests.building import NOON, T, an_event, at
from tests.living import World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("claimed", "sent_at", "taken"),
    [
        pytest.param(NOON - 10 * HOUR, None, NOON - 10 * HOUR, id="late: as it is"),
        pytest.param(NOON, None, NOON, id="now: as it is"),
        pytest.param(NOON + 5 * MINUTE, None, NOON + 5 * MINUTE, id="5 min ahead: as it is"),
        pytest.param(NOON - HOUR, NOON + HOUR, NOON - HOUR, id="past, clock ahead: as it is"),
    ],
)
def test_time_is_taken_as_it_is(
    claimed: datetime, sent_at: datetime | None, taken: datetime
) -> None:
    parsed = parse_event(an_event("e1", time=claimed), Arrival(NOON, sent_at))

    assert (parsed.event.time, parsed.warnings) == (taken, [])


@pytest.mark.parametrize(
    ("claimed", "sent_at", "taken"),
    [
        pytest.param(
            NOON + 5 * MINUTE + timedelta(milliseconds=1),
            None,
            NOON,
            id="over 5 min: clamped",
        ),
        pytest.param(NOON + 1000 * HOUR, None, NOON, id="far ahead: clamped"),
        pytest.param(
            NOON + 2 * HOUR, NOON + 3 * HOUR, NOON - HOUR, id="clock 3 h ahead: set back by 3 h"
        ),
        pytest.param(NOON + 2 * HOUR, NOON + HOUR, NOON, id="happened after it was sent: clamped"),
        pytest.param(NOON + 2 * HOUR, NOON, NOON, id="sender's clock is right: clamped"),
        pytest.param(
            datetime.fromisoformat("9999-12-31T23:59:59+00:00"),
            NOON - MINUTE,
            NOON,
            id="end of all time: clamped",
        ),
    ],
)
def test_time_in_the_future_is_corrected_and_flagged(
    claimed: datetime, sent_at: datetime | None, taken: datetime
) -> None:
    parsed = parse_event(an_event("e1", time=claimed), Arrival(NOON, sent_at))

    message = f"{claimed.isoformat()} is in the future; {taken.isoformat()} was taken instead."
    assert parsed.event.time == taken
    assert parsed.warnings == [EventWarning("TIME_CORRECTED", message)]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_time_that_is_none_in_utc_is_rejected(moment: str) -> None:
    event = an_event("e1", time=datetime.fromisoformat(moment))

    with pytest.raises(EventRejectedError):
        parse_event(event, Arrival(NOON))


def test_time_is_kept_in_utc_and_in_milliseconds() -> None:
    moment = datetime.fromisoformat("2026-01-01T02:00:00.123987+01:00")

    event = parse_event(an_event("e1", time=moment), Arrival(NOON)).event

    assert event.time.isoformat() == "2026-01-01T01:00:00.123000+00:00"


def test_corrected_time_is_in_milliseconds_too() -> None:
    sent_at = NOON + 3 * HOUR + timedelta(microseconds=1500)

    event = parse_event(an_event("e1", time=NOON + 2 * HOUR), Arrival(NOON, sent_at)).event

    assert event.time.microsecond % 1000 == 0


async def test_last_seen_is_never_stuck_in_the_future(world: World) -> None:
    await world.ingest(an_event("e1", time=NOON + 1000 * HOUR))
    world.clock.advance(hours=1)
    await world.ingest(an_event("e2", time=NOON + HOUR))

    assert await world.shown("last_seen") == {"last_seen": NOON + HOUR}


async def test_created_and_updated_at_are_when_events_were_processed(world: World) -> None:
    await world.ingest(an_event("e1", 10))
    world.clock.advance(hours=1)

    await world.ingest(an_event("e2", 20))

    assert (await world.the_fold()).processed == Processed(NOON, NOON + HOUR)
    assert await world.shown("first_seen", "last_seen") == {
        "first_seen": at(10),
        "last_seen": at(20),
    }


async def test_late_event_moves_updated_at_but_not_last_seen(world: World) -> None:
    await world.ingest(an_event("e2", 20))
    world.clock.advance(hours=1)

    await world.ingest(an_event("e1", 10))

    assert (await world.the_fold()).processed == Processed(NOON, NOON + HOUR)
    assert await world.shown("first_seen", "last_seen") == {
        "first_seen": at(10),
        "last_seen": at(20),
    }


async def test_profile_exists_from_its_first_event_not_before(world: World) -> None:
    assert await world.living() == []

    await world.ingest(an_event("e1", time=T - 1000 * HOUR))

    assert len(await world.living()) == 1
