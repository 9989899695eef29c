"""A value that does not fit its attribute: the event is kept, and the answer says what was not."""

from decimal import Decimal

import pytest

from app.aggregation.monoids import MAX_LIST, Aggregation
from app.events.wire import EventInput
from app.ingestion.outcome import IndexedWarning
from app.values import DataType
from tests.building import an_event, at
from tests.living import World

LAST, MIN, MAX = Aggregation.LAST, Aggregation.MIN, Aggregation.MAX
LIST, UNIQUE = Aggregation.LIST, Aggregation.UNIQUE_LIST
NUMBER = DataType.NUMBER


def an_x(time: float, value: object) -> EventInput:
    """An event of its own in which x has this value."""
    return an_event(f"e{time}", time, properties={"x": value})


def names(count: int) -> list[str]:
    return [f"{number:04}" for number in range(count)]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("abc", '"abc" is not a number.'),
        ([5, "abc"], '"abc" is not a number.'),
        ({"amount": 5}, "\"{'amount': 5}\" is not a number."),
        (True, '"True" is not a number.'),
        (float("nan"), '"nan" is not a finite number.'),
        (float("inf"), '"inf" is not a finite number.'),
        ("NaN", '"NaN" is not a finite number of at most 34 digits.'),
        ("Infinity", '"Infinity" is not a finite number of at most 34 digits.'),
        ("1e400", '"1e400" is not a finite number of at most 34 digits.'),
        ("1e1000000", '"1e1000000" is not a finite number of at most 34 digits.'),
    ],
)
async def test_refused_value_is_reported_and_its_event_is_kept(
    world: World, value: object, message: str
) -> None:
    await world.define("x", LAST, NUMBER)
    await world.ingest(an_x(10, 5))

    outcome = await world.ingest(an_x(20, value))

    assert outcome.accepted == 1
    assert outcome.warnings == [IndexedWarning(0, "VALUE_REFUSED", message, "x")]
    assert await world.shown("x", "last_seen") == {"x": Decimal(5), "last_seen": at(20)}


async def test_refused_value_is_reported_for_every_attribute_it_feeds(world: World) -> None:
    await world.define("smallest", MIN, NUMBER, event_field="x")
    await world.define("largest", MAX, NUMBER, event_field="x")

    outcome = await world.ingest(an_event("e1", 10), an_x(20, "abc"))

    assert outcome.warnings == [
        IndexedWarning(1, "VALUE_REFUSED", '"abc" is not a number.', "smallest"),
        IndexedWarning(1, "VALUE_REFUSED", '"abc" is not a number.', "largest"),
    ]


@pytest.mark.parametrize("aggregation", [LIST, UNIQUE])
async def test_array_longer_than_a_list_is_refused(world: World, aggregation: Aggregation) -> None:
    await world.define("x", aggregation)
    full, over = names(MAX_LIST), names(MAX_LIST + 1)

    outcome = await world.ingest(an_x(10, full), an_x(20, over))

    message = '"1001 values" is not a list of at most 1000 values.'
    assert outcome.warnings == [IndexedWarning(1, "VALUE_REFUSED", message, "x")]
    assert await world.shown("x") == {"x": [(at(10), one) for one in full]}
