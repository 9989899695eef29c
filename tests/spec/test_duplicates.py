"""The same event again: counted once, for ever, and the first body wins."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.ingestion.outcome import IndexedWarning, Outcome
from tests.building import NOON, about, an_event
from tests.living import World


async def test_same_id_in_one_batch_counts_once(world: World) -> None:
    event = an_event("e1", 10, properties={"revenue": 5})

    outcome = await world.ingest(event, event, event)

    assert outcome == Outcome(accepted=1, duplicate=2, rejected=[], warnings=[])
    assert await world.shown("total_revenue") == {"total_revenue": 5}


async def test_resent_batch_changes_nothing(world: World) -> None:
    batch = [
        an_event(f"e{n}", n, session_id="s1", account={"id": "a1"}, properties={"revenue": n})
        for n in range(1, 4)
    ]
    await world.ingest(*batch)
    before = [await world.documents(one) for one in ("profiles", "sessions", "accounts", "events")]
    world.clock.advance(hours=1)

    outcome = await world.ingest(*batch)

    assert outcome == Outcome(accepted=0, duplicate=3, rejected=[], warnings=[])
    assert before == [
        await world.documents(one) for one in ("profiles", "sessions", "accounts", "events")
    ]


async def test_resent_batch_with_a_new_event_counts_only_that(world: World) -> None:
    first, second = (an_event(f"e{n}", n, properties={"revenue": n}) for n in (1, 2))
    await world.ingest(first)

    outcome = await world.ingest(first, second)

    assert outcome == Outcome(accepted=1, duplicate=1, rejected=[], warnings=[])
    assert await world.shown("total_revenue") == {"total_revenue": 3}


async def test_conflicting_duplicate_in_one_batch_first_wins(world: World) -> None:
    outcome = await world.ingest(
        an_event("e1", 10, properties={"revenue": 5}), an_event("e1", 10, properties={"revenue": 7})
    )

    message = "The event e1 is known with other content, which was kept."
    warning = IndexedWarning(1, "CONFLICTING_DUPLICATE", message)
    assert outcome == Outcome(accepted=1, duplicate=1, rejected=[], warnings=[warning])
    assert await world.shown("total_revenue") == {"total_revenue": 5}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(an_event("e1", 20), id="time"),
        pytest.param(an_event("e1", 10, type="VIEW"), id="type"),
        pytest.param(an_event("e1", 10, name="x"), id="name"),
        pytest.param(an_event("e1", 10, session_id="s1"), id="session"),
        pytest.param(an_event("e1", 10, account={"id": "a1"}), id="account"),
        pytest.param(an_event("e1", 10, user={"email": "x"}), id="user"),
        pytest.param(an_event("e1", 10, context={"geo": {"city": "x"}}), id="context"),
        pytest.param(an_event("e1", 10, properties={"revenue": 7}), id="properties"),
        pytest.param(an_event("e1", 10, user_id="u1"), id="another identifier"),
        pytest.param(an_event("e1", 10, cookie_id="c2"), id="other identifiers"),
        pytest.param(an_event("e1", 10, cookie_id="c2", user_id="u2"), id="identifiers of others"),
    ],
)
async def test_conflicting_duplicate_later_first_wins(world: World, other: Any) -> None:
    await world.ingest(an_event("e1", 10), about("e2", "cookie_id:c2"), about("e3", "user_id:u2"))
    names = ("profiles", "sessions", "accounts", "events", "identifiers", "settings")
    before = {name: await world.documents(name) for name in names}

    outcome = await world.ingest(other)

    message = "The event e1 is known with other content, which was kept."
    warning = IndexedWarning(0, "CONFLICTING_DUPLICATE", message)
    assert outcome == Outcome(accepted=0, duplicate=1, rejected=[], warnings=[warning])
    assert {name: await world.documents(name) for name in names} == before


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(days=1)], ids=str)
@pytest.mark.parametrize("sent_at", [None, NOON + timedelta(hours=3)], ids=str)
async def test_resent_event_with_a_corrected_time_is_no_conflict(
    world: World, sent_at: datetime | None, later: timedelta
) -> None:
    event = an_event("e1", time=NOON + timedelta(hours=2))
    await world.ingest(event, sent_at=sent_at)
    world.clock.now += later

    outcome = await world.ingest(event, sent_at=sent_at)

    assert outcome == Outcome(accepted=0, duplicate=1, rejected=[], warnings=[])


@pytest.mark.parametrize(
    "number",
    [2**63, 2**64, 10**33 + 1, 10**40 + 1, Decimal("0.10"), Decimal("1e-40"), Decimal("9" * 40)],
    ids=str,
)
async def test_resent_event_with_a_long_number_is_no_conflict(world: World, number: object) -> None:
    event = an_event("e1", 10, properties={"order": number, "all": [number, {"a.b": number}]})
    await world.ingest(event)

    outcome = await world.ingest(event)

    assert outcome == Outcome(accepted=0, duplicate=1, rejected=[], warnings=[])


async def test_events_without_an_id_are_events_of_their_own(world: World) -> None:
    event = an_event(None, 10, properties={"revenue": 5})

    outcome = await world.ingest(event, event)

    assert outcome == Outcome(accepted=2, duplicate=0, rejected=[], warnings=[])
    assert await world.shown("total_revenue") == {"total_revenue": 10}
