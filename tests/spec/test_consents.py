"""Consents by type: the latest answer counts, and of two at the same moment the refusal."""

import pytest

from tests.building import an_event
from tests.living import World

MARKETING = "consent_type_marketing_automation"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "late"])
@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ((10, True), (20, False), False),
        ((10, False), (20, True), True),
        ((10, True), (10, False), False),
        ((10, False), (10, True), False),
    ],
)
async def test_latest_answer_counts_and_a_tie_is_a_refusal(
    world: World,
    order: tuple[int, int],
    first: tuple[float, bool],
    second: tuple[float, bool],
    *,
    counts: bool,
) -> None:
    answers = [
        an_event(f"e{n}", time, sequence=n, properties={MARKETING: agrees})
        for n, (time, agrees) in enumerate((first, second))
    ]
    for place in order:
        await world.ingest(answers[place])

    assert await world.shown(MARKETING) == {MARKETING: counts}


async def test_each_type_has_an_answer_of_its_own(world: World) -> None:
    await world.ingest(
        an_event("e1", 10, properties={MARKETING: True, "consent_type_analytics": False})
    )

    assert await world.shown(MARKETING, "consent_type_analytics", "consent_type_remarketing") == {
        MARKETING: True,
        "consent_type_analytics": False,
    }


async def test_anonymous_tracking_leaves_no_trace_in_profiles(world: World) -> None:
    await world.ingest(
        an_event(
            "e1",
            10,
            user_id="u1",
            anonymous_tracking=True,
            session_id="s1",
            user={"email": "ana@example.com"},
            properties={MARKETING: True},
        )
    )

    assert await world.documents("profiles") == await world.documents("identifiers") == []
    assert await world.documents("sessions") == []
    [event] = await world.documents("events")
    assert (event["identifiers"], event.get("user"), event.get("profile")) == ([], None, None)
