"""The ledger keeps every event as it was sent."""

from app.events.model import Event
from app.ingestion.outcome import IndexedWarning
from tests.building import NOON, an_event, at
from tests.living import World


async def test_event_is_kept_as_it_was_sent(world: World) -> None:
    payload = {
        "": "empty",
        "$set": {"a.b": [1, 2.5, None, True, {"$": "x"}], "%24": "%2E"},
        "nul\x00key": "nul\x00value",
        "large": [2**63 - 1, -(2**63), 2**64 - 1],
        "__proto__": {"_id": "x"},
        "ключ": "🙂",
    }
    sent = an_event(
        "e1",
        10,
        type="VIEW",
        name="/home",
        sequence=7,
        user_id="u1",
        session_id="s1",
        user=payload,
        account={"id": "a1", "traits": payload},
        context=payload,
        properties=payload,
    )

    await world.ingest(sent)

    assert [one.event for one in await world.entries()] == [
        Event(
            id="e1",
            type="VIEW",
            time=at(10),
            received_at=NOON,
            name="/home",
            sequence=7,
            identifiers=("user_id:u1", "cookie_id:c1"),
            account_id="a1",
            session_id="s1",
            user=payload,
            account={"id": "a1", "traits": payload},
            context=payload,
            properties=payload,
        )
    ]
    assert (await world.ingest(sent)).warnings == []


async def test_number_over_64_bits_is_kept(world: World) -> None:
    await world.ingest(an_event("e1", properties={"order": 2**64}))

    assert [one.event.properties for one in await world.entries()] == [{"order": 2**64}]


async def test_frustration_of_unknown_kind_is_dropped_with_a_warning(world: World) -> None:
    known = "dead_click, error_click, error_tap, rage_click, rage_tap"

    outcome = await world.ingest(
        *(
            an_event(f"e{index}", properties={"frustration": kinds, "x": 1})
            for index, kinds in enumerate((["sigh"], 5, [["rage_click"]], [{}]))
        )
    )

    assert outcome.accepted == 4
    assert outcome.warnings == [
        IndexedWarning(index, "VALUE_REFUSED", f"frustration is a list of {known}.", "frustration")
        for index in range(4)
    ]
    assert [one.event.properties for one in await world.entries()] == [{"x": 1}] * 4


async def test_blank_session_id_is_no_session(world: World) -> None:
    await world.ingest(an_event("e1", session_id=" "))

    assert (await world.entries())[0].event.session_id is None
    assert await world.documents("sessions") == []
