"""What the eight aggregations make of events: the table of attributes, row by row.

Every row is played in every order, in every split into batches, and with every event sent
again: by folding alone, and (a sample of them) through the service and its database.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
from itertools import combinations, pairwise, permutations
from random import Random
from typing import Any, NamedTuple, TypeAlias

import pytest

from app.aggregation.monoids import Aggregation
from app.aggregation.stamps import tie_break
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, AttributeOrigin, ProfileKind
from app.events.parse import Arrival, parse_event
from app.events.stored import Entry
from app.events.wire import EventInput
from app.profiles.model import Fold, combine
from app.profiles.plan import plan
from app.values import DataType
from tests.building import NOON, T, an_event, at
from tests.living import World, show

FIRST, LAST, BOTH = Aggregation.FIRST, Aggregation.LAST, Aggregation.FIRST_AND_LAST
LIST, UNIQUE = Aggregation.LIST, Aggregation.UNIQUE_LIST
MIN, MAX, SUM = Aggregation.MIN, Aggregation.MAX, Aggregation.SUM
STRING, NUMBER, DATETIME = DataType.STRING, DataType.NUMBER, DataType.DATETIME
BOOLEAN, IP = DataType.BOOLEAN, DataType.IP

Attributes: TypeAlias = dict[str, tuple[Aggregation, DataType]]
Batches: TypeAlias = list[Sequence[EventInput]]


class Row(NamedTuple):
    """The attributes that are defined, the events that happen, and what a profile then shows."""

    attributes: Attributes
    events: list[EventInput]
    expected: dict[str, Any]


def x(time: float, value: object, event_id: str | None = None, **fields: Any) -> EventInput:
    """``x(10, "a")``: an event of its own at second 10 in which x is a."""
    return an_event(event_id or f"e{time}", time, properties={"x": value}, **fields)


def row(
    aggregation: Aggregation,
    events: list[EventInput],
    expected: object,
    data_type: DataType = STRING,
) -> Row:
    """A row about one attribute named x."""
    return Row({"x": (aggregation, data_type)}, events, {"x": expected})


def dec(text: str) -> Decimal:
    return Decimal(text)


def numbered(start: int, stop: int) -> list[str]:
    return [f"{number:04}" for number in range(start, stop)]


def visit(channel: str, page: str, spent: object) -> dict[str, object]:
    return {"came_from": channel, "channel": channel, "pages": [page], "spent": spent}


def listed(time: float, values: Sequence[object]) -> list[tuple[datetime, object]]:
    """Entries of a list that all happened at one time."""
    return [(at(time), value) for value in values]


ROWS: dict[str, Row] = {
    "first is the earliest": row(FIRST, [x(10, "google.com"), x(20, "facebook.com")], "google.com"),
    "last is the latest": row(LAST, [x(10, "mobile"), x(20, "desktop")], "desktop"),
    "first & last are both ends": row(
        BOTH, [x(10, "email"), x(20, "social"), x(30, "search")], ("email", "search")
    ),
    "first & last of one value": row(BOTH, [x(10, "email")], ("email", "email")),
    "late event is first, not last": row(BOTH, [x(20, "b"), x(10, "a")], ("a", "b")),
    "tie is decided by the sequence": row(
        BOTH, [x(10, "a", "e1", sequence=1), x(10, "b", "e2", sequence=2)], ("a", "b")
    ),
    "sequence decides against the order of ids": row(
        BOTH, [x(10, "a", "e2", sequence=-1), x(10, "b", "e1", sequence=0)], ("a", "b")
    ),
    "time comes before sequence": row(
        BOTH, [x(10, "a", "e1", sequence=9), x(20, "b", "e2", sequence=1)], ("a", "b")
    ),
    "tie without sequence is decided by a hash of the id": row(
        BOTH,
        [x(10, "a", "e1"), x(10, "b", "e2")],
        tuple(sorted("ab", key=lambda value: tie_break({"a": "e1", "b": "e2"}[value], None))),
    ),
    "null overwrites nothing": row(LAST, [x(10, "a"), x(20, None)], "a"),
    "a missing value overwrites nothing": row(LAST, [x(10, "a"), an_event("e20", 20)], "a"),
    "an empty array overwrites nothing": row(LAST, [x(10, "a"), x(20, [])], "a"),
    "nulls inside an array are no values": row(BOTH, [x(10, [None, "a", None])], ("a", "a")),
    "an empty text is a value": row(LAST, [x(10, "a"), x(20, "")], ""),
    "a text that looks like an operator stays a text": row(
        LIST, [x(10, "$x"), x(20, "$$ROOT")], [(at(10), "$x"), (at(20), "$$ROOT")]
    ),
    "a value that does not fit is left out": row(LAST, [x(10, 5), x(20, "abc")], dec("5"), NUMBER),
    "numbers as text, integer and fraction": row(
        LIST,
        [x(10, "49.90"), x(20, 7), x(30, 0.1)],
        [(at(10), dec("49.90")), (at(20), dec("7")), (at(30), dec("0.1"))],
        NUMBER,
    ),
    "datetimes as ISO text and as epoch milliseconds": row(
        LIST,
        [x(10, "2026-01-01T01:00:00+01:00"), x(20, 1_767_225_600_000)],
        [(at(10), T), (at(20), T)],
        DATETIME,
    ),
    "booleans, also as text": row(
        LIST, [x(10, "true"), x(20, value=False)], [(at(10), True), (at(20), False)], BOOLEAN
    ),
    "unique booleans": row(
        UNIQUE,
        [x(10, "true"), x(20, value=False), x(30, value=True)],
        [(at(10), True), (at(20), False)],
        BOOLEAN,
    ),
    "unique IP addresses in one spelling": row(
        UNIQUE,
        [x(10, "2001:DB8:0::1"), x(20, "2001:db8::1"), x(30, "192.0.2.1")],
        [(at(10), "2001:db8::1"), (at(30), "192.0.2.1")],
        IP,
    ),
    "list keeps every value with its time": row(
        LIST,
        [x(10, ["/home", "/products"]), x(20, "/checkout")],
        [(at(10), "/home"), (at(10), "/products"), (at(20), "/checkout")],
    ),
    "list is in time order": row(
        LIST, [x(30, "c"), x(10, "a"), x(20, "b")], [(at(10), "a"), (at(20), "b"), (at(30), "c")]
    ),
    "same value at the same time: two in a list": row(
        LIST, [x(10, "a", "e1"), x(10, "a", "e2")], [(at(10), "a"), (at(10), "a")]
    ),
    "same value at the same time: one in a unique list": row(
        UNIQUE, [x(10, "a", "e1"), x(10, "a", "e2")], [(at(10), "a")]
    ),
    "a value that is there already changes nothing": row(
        UNIQUE,
        [x(10, ["electronics", "books"]), x(20, "electronics")],
        [(at(10), "electronics"), (at(10), "books")],
    ),
    "unique list is in order of first appearance": row(
        UNIQUE, [x(20, "b"), x(10, "a"), x(30, "a")], [(at(10), "a"), (at(20), "b")]
    ),
    "unique numbers are equal by value": row(
        UNIQUE, [x(10, "1.50"), x(20, 1.5), x(30, "15e-1")], [(at(10), dec("1.5"))], NUMBER
    ),
    "unique texts are compared as they are": row(
        UNIQUE,
        [x(10, "A"), x(20, "a"), x(30, "a ")],
        [(at(10), "A"), (at(20), "a"), (at(30), "a ")],
    ),
    "unique numbers of 34 digits are told apart": row(
        UNIQUE,
        [x(10, "1234567890123456789012345678901231"), x(20, "1234567890123456789012345678901232")],
        [
            (at(10), dec("1234567890123456789012345678901231")),
            (at(20), dec("1234567890123456789012345678901232")),
        ],
        NUMBER,
    ),
    "sum": row(SUM, [x(10, 125.50), x(20, 75.25)], dec("200.75"), NUMBER),
    "sum is decimal": row(SUM, [x(10, 0.10), x(20, 0.20)], dec("0.30"), NUMBER),
    "sum of an array and of negative numbers": row(
        SUM, [x(10, [1, "2.5"]), x(20, -3)], dec("0.5"), NUMBER
    ),
    "min": row(MIN, [x(10, 60), x(20, 45)], dec("45"), NUMBER),
    "max": row(MAX, [x(10, 60), x(20, 75)], dec("75"), NUMBER),
    "max of whole and broken numbers": row(
        MAX,
        [x(10, "9007199254740993"), x(20, "9007199254740992.5")],
        dec("9007199254740993"),
        NUMBER,
    ),
    "min of datetimes is the earliest moment, not the smallest text": row(
        MIN,
        [x(10, "2024-01-01T00:30:00+01:00"), x(20, "2023-12-31T23:45:00Z")],
        datetime(2023, 12, 31, 23, 30, tzinfo=UTC),
        DATETIME,
    ),
    "max of datetimes": row(
        MAX,
        [x(10, "2024-01-01T00:30:00+01:00"), x(20, "2023-12-31T23:45:00Z")],
        datetime(2023, 12, 31, 23, 45, tzinfo=UTC),
        DATETIME,
    ),
    "several attributes of the same events": Row(
        {
            "came_from": (FIRST, STRING),
            "channel": (LAST, STRING),
            "pages": (LIST, STRING),
            "spent": (SUM, NUMBER),
        },
        [
            an_event("e1", 10, properties=visit("email", "/home", "25.00")),
            an_event("e2", 20, properties=visit("social", "/products", 50.00)),
        ],
        {
            "came_from": "email",
            "channel": "social",
            "pages": [(at(10), "/home"), (at(20), "/products")],
            "spent": dec("75.00"),
        },
    ),
    "list keeps the newest 1000": row(
        LIST,
        [x(10, numbered(0, 400)), x(20, numbered(400, 800)), x(30, numbered(800, 1200))],
        [
            *listed(10, numbered(200, 400)),
            *listed(20, numbered(400, 800)),
            *listed(30, numbered(800, 1200)),
        ],
    ),
    "unique list keeps the earliest 1000 first appearances": row(
        UNIQUE,
        [x(10, numbered(300, 700)), x(20, numbered(0, 500)), x(30, numbered(600, 1100))],
        [
            *listed(10, numbered(300, 700)),
            *listed(20, numbered(0, 300)),
            *listed(30, numbered(700, 1000)),
        ],
    ),
}

rows = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())


def arrivals(events: Sequence[EventInput]) -> Iterator[Batches]:
    """Every order, and every split of it into batches."""
    cuts = range(1, len(events))
    for order in permutations(events):
        for count in range(len(events)):
            for chosen in combinations(cuts, count):
                edges = [0, *chosen, len(events)]
                yield [order[a:b] for a, b in pairwise(edges)]


def a_catalogue(attributes: Attributes) -> Catalogue:
    return Catalogue(
        1,
        (
            AttributeDefinition(
                kind=ProfileKind.USER,
                name=name,
                display_name=name,
                data_type=data_type,
                aggregation=aggregation,
                origin=AttributeOrigin.CUSTOM,
                source=f"properties.{name}",
                created_at=T,
                updated_at=T,
                since=1,
            )
            for name, (aggregation, data_type) in attributes.items()
        ),
    )


def folded(batch: Sequence[EventInput], catalogue: Catalogue) -> Fold:
    entries = [Entry(parse_event(one, Arrival(NOON)).event, "p") for one in batch]
    return plan(entries, catalogue, now=NOON).profiles["p"]


def shown(fold: Fold, names: Attributes) -> dict[str, Any]:
    return {name: show(*fold.attributes[name]) for name in names if name in fold.attributes}


@rows
def test_folding_in_any_order_and_split(row: Row) -> None:
    catalogue = a_catalogue(row.attributes)
    whole = folded(row.events, catalogue)

    assert shown(whole, row.attributes) == row.expected
    for batches in arrivals(row.events):
        assert reduce(combine, (folded(batch, catalogue) for batch in batches)) == whole


@rows
async def test_ingesting_in_any_order_and_split_with_repeats(world: World, row: Row) -> None:
    for name, (aggregation, data_type) in row.attributes.items():
        await world.define(name, aggregation, data_type)
    whole = folded(row.events, await world.services.attributes.current())
    chance = Random(str(row.expected))
    every = list(arrivals(row.events))

    for batches in chance.sample(every, min(len(every), 5)):
        await world.forget()
        for number, batch in enumerate(batches):
            resent = [event for one in batches[:number] for event in one]
            await world.ingest(*batch, *chance.sample(resent, len(resent) // 2))
        again = await world.ingest(*row.events)

        assert (again.accepted, again.duplicate) == (0, len(row.events))
        assert await world.the_fold() == whole
        assert await world.shown(*row.attributes) == row.expected


async def test_same_event_counts_once_even_after_forty_days(world: World) -> None:
    await world.define("x", SUM, NUMBER)
    event = an_event("e1", 10, user_id="u1", properties={"x": 25})  # without one it had expired
    await world.ingest(event)
    await world.ingest(event)
    world.clock.advance(days=40)

    outcome = await world.ingest(event)

    assert (outcome.accepted, outcome.duplicate, outcome.warnings) == (0, 1, [])
    assert await world.shown("x") == {"x": dec("25")}


async def test_keys_with_dots_feed_what_nested_keys_feed(world: World) -> None:
    await world.define("city", LIST, event_field="properties.place.city")

    await world.ingest(
        an_event("e1", 10, properties={"place": {"city": "Recife"}}),
        an_event("e2", 20, properties={"place.city": "Olinda"}),
    )

    assert await world.shown("city") == {"city": [(at(10), "Recife"), (at(20), "Olinda")]}
