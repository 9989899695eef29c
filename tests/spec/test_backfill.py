"""A definition added today reads as if it had always existed."""

from decimal import Decimal

from structlog.testing import capture_logs

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.values import DataType
from tests.building import about, an_event, at
from tests.living import World


async def define_and_fill(
    world: World,
    name: str,
    aggregation: Aggregation,
    data_type: DataType = DataType.STRING,
    kind: ProfileKind = ProfileKind.USER,
) -> None:
    new = NewAttribute(kind, name, data_type, aggregation)
    await world.services.backfill.define(new, backfill=True, now=world.clock.now)
    await world.services.backfill.start()


async def test_stored_events_feed_a_new_attribute(world: World) -> None:
    await world.ingest(
        an_event("e2", 20, properties={"plan": "pro"}),
        an_event("e1", 10, properties={"plan": "free"}),
    )
    before = (await world.the_fold()).processed
    world.clock.advance(hours=1)

    await define_and_fill(world, "plan", Aggregation.LIST)

    assert await world.shown("plan") == {"plan": [(at(10), "free"), (at(20), "pro")]}
    assert (await world.the_fold()).processed == before


async def test_events_before_and_after_the_definition_count_once_each(world: World) -> None:
    await world.ingest(an_event("e1", 10, properties={"spent": 10}))
    await define_and_fill(world, "spent", Aggregation.SUM, DataType.NUMBER)

    await world.ingest(
        an_event("e1", 10, properties={"spent": 10}), an_event("e2", 20, properties={"spent": 5})
    )
    world.services.backfill.start()
    await world.services.backfill.start()

    assert await world.shown("spent") == {"spent": Decimal(15)}


async def test_events_of_merged_profiles_feed_the_living_one(world: World) -> None:
    await world.ingest(
        about("e1", "cookie_id:c1", time=10, properties={"spent": 10}),
        about("e2", "user_id:u1", time=20, properties={"spent": 5}),
        about("e3", "cookie_id:c1", "user_id:u1", time=30, properties={"spent": 1}),
    )

    await define_and_fill(world, "spent", Aggregation.SUM, DataType.NUMBER)

    assert await world.shown("spent") == {"spent": Decimal(16)}


async def test_merge_after_a_back_fill_counts_once(world: World) -> None:
    await world.ingest(
        about("e1", "cookie_id:c1", time=10, properties={"spent": 10}),
        about("e2", "user_id:u1", time=20, properties={"spent": 5}),
    )
    await define_and_fill(world, "spent", Aggregation.SUM, DataType.NUMBER)

    await world.ingest(about("e3", "cookie_id:c1", "user_id:u1", time=30))

    assert await world.shown("spent") == {"spent": Decimal(15)}


async def test_account_attribute_is_filled_from_the_events_of_the_account(world: World) -> None:
    await world.ingest(
        about("e1", "user_id:u1", time=10, account={"id": "a1", "plan": "free"}),
        about("e2", time=20, account={"id": "a1", "plan": "pro"}),
    )

    await define_and_fill(world, "plan", Aggregation.FIRST_AND_LAST, kind=ProfileKind.ACCOUNT)

    assert await world.shown("plan", kind=ProfileKind.ACCOUNT) == {"plan": ("free", "pro")}


async def test_robots_feed_nothing(world: World) -> None:
    bot = {"device": {"type": "bot"}}
    await world.ingest(
        an_event("e1", 10, properties={"plan": "free"}),
        an_event("e2", 20, properties={"plan": "pro"}, context=bot),
    )

    await define_and_fill(world, "plan", Aggregation.LIST)

    assert await world.shown("plan") == {"plan": [(at(10), "free")]}


async def test_attributes_that_come_together_are_filled_together(world: World) -> None:
    await world.ingest(
        an_event("e1", 10, user={f"t{number}": number for number in range(20)}),
        an_event("e2", 20, user={"t7": 3}),
    )
    new = [
        NewAttribute(
            ProfileKind.USER,
            f"t{number}",
            DataType.NUMBER,
            Aggregation.SUM,
            event_field=f"user.t{number}",
        )
        for number in range(20)
    ]

    with capture_logs() as logs:
        refused = await world.services.backfill.define_together(new, now=world.clock.now)
        await world.services.backfill.start()

    passes = [len(one["attributes"]) for one in logs if one["event"] == "attributes_filled"]
    expected = {f"t{number}": Decimal(number) for number in range(20)} | {"t7": Decimal(10)}
    assert (refused, passes) == ([], [20])
    assert await world.shown(*expected) == expected


async def test_attributes_that_break_a_rule_keep_no_others_from_coming(world: World) -> None:
    await world.ingest(an_event("e1", 10, properties={"plan": "pro", "spent": 5}))
    plan = NewAttribute(ProfileKind.USER, "plan", DataType.STRING, Aggregation.LAST)
    spent = NewAttribute(ProfileKind.USER, "spent", DataType.NUMBER, Aggregation.SUM)
    wrong = NewAttribute(ProfileKind.USER, "no name", DataType.STRING, Aggregation.LAST)
    await world.services.backfill.define(plan, backfill=False, now=world.clock.now)

    define = world.services.backfill.define_together
    refused = await define([plan, wrong, spent], now=world.clock.now)
    await world.services.backfill.start()

    assert [one.code for one in refused] == ["ATTRIBUTE_EXISTS", "ATTRIBUTE_INVALID"]
    assert await world.shown("spent") == {"spent": Decimal(5)}
