"""Whatever was sent, in whatever batches and how often: profiles are a fold over the ledger.

Random events of a few people, so that profiles meet and merge; batches are shuffled, sent again,
and sent by two processes at once; attributes are defined on the way and filled from the past.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.events.stored import Entry
from app.events.wire import EventInput
from app.ingestion.outcome import Outcome
from app.profiles.model import Processed
from app.storage.client import Document
from app.values import DataType
from tests.auditing import assert_audit_finds_nothing
from tests.building import about, an_event, at
from tests.living import World, show
from tests.truth import assert_equal_to_ledger, root

IDENTIFIERS = ["user_id:u1", "user_id:u2", "cookie_id:c1", "cookie_id:c2", "x:1", "x:2", "x:3"]
NUMBER = DataType.NUMBER
DEFINED = [
    NewAttribute(ProfileKind.USER, f"n_{one.lower()}", NUMBER, one, event_field="n")
    for one in Aggregation
]
LATER = [
    NewAttribute(ProfileKind.USER, "later_sum", NUMBER, Aggregation.SUM, event_field="n"),
    NewAttribute(
        ProfileKind.USER, "later_list", DataType.STRING, Aggregation.LIST, event_field="event.name"
    ),
    NewAttribute(ProfileKind.ACCOUNT, "spent", NUMBER, Aggregation.SUM),
]

Batch = list[EventInput]

few = st.integers(0, 5)
events: SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "identifiers": st.lists(st.sampled_from(IDENTIFIERS), max_size=3),
        "time": few,
        "type": st.sampled_from(["VIEW", "ACTION", "ERROR", "CUSTOM"]),
        "name": st.sampled_from([None, "/a", "/b", "$c"]),
        "sequence": st.none() | few,
        "session_id": st.none() | st.sampled_from(["s1", "s2"]),
        "account": st.none()
        | st.builds(
            lambda one, spent: {"id": one, "name": f"Account {one}", "spent": spent},
            st.sampled_from(["a1", "a2"]),
            few,
        ),
        "properties": st.fixed_dictionaries(
            {"n": few | st.sampled_from(["1.5", "abc", None, [1, 2, 1], "1e400"])},
            optional={
                "session_custom_dimension_1": st.sampled_from(["p", "q"]),
                "frustration": st.lists(st.sampled_from(["rage_click", "dead_click"])),
            },
        ),
        "context": st.sampled_from(
            [
                None,
                {"geo": {"city": "Recife", "country_iso_code": "br"}},
                {"geo": {"city": "London", "country_iso_code": "UK"}},
                {"device": {"type": "bot"}},
            ]
        ),
        "anonymous_tracking": st.sampled_from([False, False, False, True]),
    }
)
histories = st.lists(events, min_size=1, max_size=24)


def sent(history: list[dict[str, Any]]) -> list[EventInput]:
    numbers = count(1)
    return [
        about(f"e{next(numbers)}", *one.pop("identifiers"), **one) for one in map(dict, history)
    ]


def batches_of(events: Batch, data: st.DataObject) -> Iterator[Batch]:
    """All events in some order and some batches, with some that were sent before."""
    order = data.draw(st.permutations(events))
    while order:
        size = data.draw(st.integers(1, 8))
        again = data.draw(st.lists(st.sampled_from(events), max_size=2))
        yield [*order[:size], *again]
        order = order[size:]


async def a_fresh(world: World) -> World:
    """A process on the database of the test, which is emptied: each example begins anew."""
    await world.forget()
    await world.database["lanes"].delete_many({})
    empty = {"version": 0, "definitions": {}, "waiting": []}
    await world.database["settings"].update_one({"_id": "attributes"}, {"$set": empty})
    fresh = world.another_process()
    for new in DEFINED:
        await fresh.services.attributes.create(new, now=world.clock.now)
    return fresh


async def play(world: World, data: st.DataObject, events: Batch) -> list[Outcome]:
    """Send everything from two processes, and define attributes on the way."""
    processes = [world, world.another_process()]
    later = list(LATER)
    outcomes: list[Outcome] = []
    batches = list(batches_of(events, data))
    while batches:
        at_once = data.draw(st.integers(1, 3))
        sending = zip([*processes, processes[0]], batches[:at_once], strict=False)
        outcomes += await asyncio.gather(*(one.ingest(*batch) for one, batch in sending))
        batches = batches[at_once:]
        world.clock.advance(seconds=1)
        if data.draw(st.booleans()) and later:
            await world.services.backfill.define(later.pop(), backfill=True, now=world.clock.now)
            await world.services.backfill.start()
    return outcomes


def processed_by(entries: list[Entry], profiles: dict[str, Document]) -> dict[str, Processed]:
    """When the events of each profile were processed; the clock stands still during a batch."""
    times = defaultdict(list)
    for one in entries:
        if one.target:
            times[root(profiles, one.target)].append(one.event.received_at)
    return {profile: Processed(min(all_), max(all_)) for profile, all_ in times.items()}


async def assert_true_to_the_last_entry(world: World) -> None:
    """Where nothing crashed, also the times of processing and the registry are exact."""
    await assert_equal_to_ledger(world)
    profiles = {one["_id"]: one for one in await world.documents("profiles")}
    folds = await world.folds()
    held = [(one, profile) for profile, fold in folds.items() for one in fold.identifiers]

    assert sorted((await world.registry()).items()) == sorted(held)
    assert {profile: fold.processed for profile, fold in folds.items()} == processed_by(
        await world.entries(), profiles
    )


@settings(phases=[Phase.explicit, Phase.generate])  # ids differ: no shrinking
@given(history=histories, data=st.data())
async def test_profiles_equal_their_ledger(
    world: World, history: list[dict[str, Any]], data: st.DataObject
) -> None:
    fresh = await a_fresh(world)
    events = sent(history)

    outcomes = await play(fresh, data, events)

    assert sum(one.accepted for one in outcomes) == len(events)
    assert [one.rejected for one in outcomes] == [[]] * len(outcomes)
    assert {one.event.id for one in await fresh.entries()} == {one.id for one in events}
    await assert_true_to_the_last_entry(fresh)
    await assert_audit_finds_nothing(fresh)


async def test_example_of_two_people_who_are_one(world: World) -> None:
    for new in DEFINED:
        await world.services.attributes.create(new, now=world.clock.now)
    first = an_event("e1", 10, properties={"n": 1})
    await world.ingest(first, about("e2", "user_id:u1", time=20, properties={"n": 2}))
    await world.ingest(first, about("e3", "user_id:u1", "cookie_id:c1", time=5))

    await assert_true_to_the_last_entry(world)
    (fold,) = (await world.folds()).values()
    assert show(*fold.attributes["n_sum"]) == Decimal(3)
    assert show(*fold.attributes["n_list"]) == [(at(10), Decimal(1)), (at(20), Decimal(2))]
