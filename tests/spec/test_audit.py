"""The audit finds what is not as the events say, nothing else, and can mend it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.values import DataType
from tests.auditing import Notes, assert_audit_finds_nothing, audit
from tests.building import about
from tests.living import World
from tests.truth import assert_equal_to_ledger

C1, C2, U1 = "cookie_id:c1", "cookie_id:c2", "user_id:u1"


async def fill(world: World) -> None:
    """Two people, one of them merged from two profiles, in one company."""
    for number, named in enumerate([[C1], [U1], [C1, U1], [C2]]):
        await world.ingest(
            about(
                f"e{number}",
                *named,
                time=number,
                session_id="s",
                account={"id": "a1"},
                properties={"revenue": 1, "session_custom_dimension_1": "x"},
            )
        )
        world.clock.advance(seconds=1)


async def ids(world: World) -> dict[str, str]:
    """What the names in the expected lines stand for."""
    older, younger, other = (one["_id"] for one in await world.documents("profiles"))
    return {"older": older, "younger": younger, "other": other}


async def test_audit_of_a_sound_database_compares_all_and_finds_nothing(world: World) -> None:
    await fill(world)
    notes = Notes()

    audited = await world.services.audit.audit(notes)

    assert notes.found_ == []
    assert str(audited) == (
        "Compared 1 accounts, 4 events, 3 identifiers, 3 profiles, 3 sessions: no difference."
    )
    assert notes.steps[-1][0] == 14  # of about as many: servers estimate


Damage = Callable[[World, dict[str, str]], Awaitable[None]]


def changed(collection: str, name: str, update: dict[str, Any]) -> Damage:
    """Somebody changes a document by hand."""

    async def damage(world: World, named: dict[str, str]) -> None:
        one = name.format(**named)
        await world.database[collection].update_one({"_id": one}, update)

    return damage


def claimed(identifier: str) -> Damage:
    """Somebody registers an identifier by hand."""

    async def damage(world: World, _named: dict[str, str]) -> None:
        await world.database["identifiers"].insert_one({"_id": identifier, "profile": "nobody"})

    return damage


def deleted(collection: str, name: str) -> Damage:
    """Somebody deletes a document by hand."""

    async def damage(world: World, named: dict[str, str]) -> None:
        await world.database[collection].delete_one({"_id": name.format(**named)})

    return damage


@pytest.mark.parametrize(
    ("damage", "lines"),
    [
        pytest.param(
            changed("profiles", "{older}", {"$inc": {"attributes.total_revenue": 1}}),
            ["profile {older}: total_revenue"],
            id="a sum",
        ),
        pytest.param(
            changed("profiles", "{older}", {"$unset": {"attributes.last_seen": ""}}),
            ["profile {older}: last_seen"],
            id="an attribute that is missing",
        ),
        pytest.param(
            changed("profiles", "{other}", {"$set": {"accounts": ["a2"], "terms": []}}),
            ["profile {other}: accounts, terms"],
            id="accounts and terms",
        ),
        pytest.param(
            changed("profiles", "{other}", {"$addToSet": {"identifiers": "x:1"}}),
            ["profile {other}: identifiers", "profile {other}: x:1 is not registered"],
            id="an identifier that no event named",
        ),
        pytest.param(
            changed("sessions", "{older}/s", {"$inc": {"attributes.frustration_count": 1}}),
            ["session {older}/s: frustration_count"],
            id="a session",
        ),
        pytest.param(
            changed("accounts", "a1", {"$unset": {"attributes.first_seen": ""}}),
            ["account a1: first_seen"],
            id="an account",
        ),
        pytest.param(
            deleted("sessions", "{other}/s"),
            ["event e3: there is no session {other}/s"],
            id="a session that is missing",
        ),
        pytest.param(
            deleted("profiles", "{other}"),
            ["event e3: there is no profile {other}"],
            id="a profile that is missing",
        ),
        pytest.param(
            changed("events", "e3", {"$set": {"profile": "nobody"}}),
            ["event e3: it shows under nobody instead of {other}"],
            id="an event that shows elsewhere",
        ),
        pytest.param(
            deleted("identifiers", C2),
            ["profile {other}: cookie_id:c2 is not registered"],
            id="an identifier that is not registered",
        ),
        pytest.param(
            changed("identifiers", C2, {"$set": {"profile": "nobody"}}),
            [
                "profile {other}: cookie_id:c2 is registered with nobody",
                "identifier cookie_id:c2: it is registered with nobody, which is no profile",
            ],
            id="an identifier that is registered elsewhere",
        ),
        pytest.param(
            claimed("cookie_id:c9"),
            ["identifier cookie_id:c9: it is registered with nobody, which is no profile"],
            id="an identifier of whom there is no profile",
        ),
        pytest.param(
            changed("profiles", "{older}", {"$set": {"guard": {}, "attributes": {}}}),
            [
                "profile {older}: first_activity, first_seen, last_activity, last_seen, "  # noqa: ISC004
                "session_custom_dimension_1, total_revenue, user_id"
            ],
            id="a profile from an old copy",
        ),
    ],
)
async def test_damage_is_found_and_mended(world: World, damage: Damage, lines: list[str]) -> None:
    await fill(world)
    named = await ids(world)
    await damage(world, named)
    expected = [line.format(**named) for line in lines]

    assert (await audit(world))[1] == expected
    audited, found = await audit(world, repair=True)

    mended = [f"{line} (repaired)" for line in expected]  # the first may have mended the others
    assert found == mended[: len(found)] != []
    assert audited.repaired == audited.differences == len(found)
    await assert_equal_to_ledger(world)
    await assert_audit_finds_nothing(world)


async def test_what_was_repaired_goes_on_counting_once(world: World) -> None:
    await fill(world)
    named = await ids(world)
    await world.database["profiles"].delete_one({"_id": named["other"]})
    await audit(world, repair=True)

    await world.ingest(
        about("e3", C2, time=3, properties={"revenue": 1}),
        about("e9", C2, time=9, properties={"revenue": 8}),
    )

    found = (await world.folds())[named["other"]].attributes["total_revenue"]
    assert found == (Aggregation.SUM, Decimal(9))


@pytest.mark.parametrize(
    ("leads_to", "line"),
    [
        ("{younger}", "merged profile {younger}: its merges go in a circle"),
        ("nobody", "merged profile {younger}: it leads to nobody, which is not there"),
    ],
)
async def test_merges_that_lead_nowhere_are_told(world: World, leads_to: str, line: str) -> None:
    await fill(world)
    named = await ids(world)
    update = {"$set": {"merged_into": leads_to.format(**named)}}
    await changed("profiles", "{younger}", update)(world, named)

    _, found = await audit(world, repair=True)

    assert found[0] == line.format(**named)


async def test_identifier_of_two_profiles_is_told_and_not_mended(world: World) -> None:
    await fill(world)
    named = await ids(world)
    await changed("events", "e0", {"$set": {"identifiers": [C1, C2]}})(world, named)
    await changed("identifiers", C2, {"$set": {"profile": named["older"]}})(world, named)

    _, found = await audit(world, repair=True)

    assert found == [
        f"profile {named['older']}: identifiers, terms (repaired)",
        f"profile {named['other']}: cookie_id:c2 is registered with {named['older']}",
    ]


async def test_tombstone_that_went_after_a_month_is_no_difference(world: World) -> None:
    await fill(world)
    named = await ids(world)
    for collection in ("profiles", "sessions"):
        await world.database[collection].delete_many({"merged_into": {"$ne": None}})

    await assert_audit_finds_nothing(world)

    await world.ingest(about("e9", U1, time=9, properties={"revenue": 8}))
    fold = (await world.folds())[named["older"]]
    assert fold.attributes["total_revenue"] == (Aggregation.SUM, Decimal(11))


async def test_merge_that_stopped_half_way_is_finished_and_no_difference(world: World) -> None:
    await fill(world)
    named = await ids(world)
    profiles = world.services.merging._profiles
    assert await profiles.close(named["other"], into=named["older"], now=world.clock.now)

    await assert_audit_finds_nothing(world)

    assert len(await world.living()) == 1
    await assert_equal_to_ledger(world)


async def test_stored_events_that_wait_for_adoption_are_no_difference(world: World) -> None:
    await fill(world)
    event = (await world.documents("events"))[-1]
    number = {"seq": 11, "abandoned": [10], "lease_until": world.clock.now + timedelta(days=1)}
    await changed("lanes", event["lane"], {"$set": {**number, "owner": "x"}})(world, {})
    await world.database["events"].insert_one({**event, "_id": "stray", "seq": 10})

    await assert_audit_finds_nothing(world)


async def test_definition_without_back_fill_is_fed_by_later_events_only(world: World) -> None:
    await fill(world)
    new = NewAttribute(
        ProfileKind.USER, "late", DataType.NUMBER, Aggregation.SUM, event_field="revenue"
    )
    await world.services.backfill.define(new, backfill=False, now=world.clock.now)
    await world.ingest(about("e9", C2, time=9, properties={"revenue": 8}))

    await assert_audit_finds_nothing(world)
    named = await ids(world)
    await changed("profiles", "{other}", {"$inc": {"attributes.late": 1}})(world, named)

    assert (await audit(world, repair=True))[1] == [f"profile {named['other']}: late (repaired)"]
    found = (await world.folds())[named["other"]].attributes["late"]
    assert found == (Aggregation.SUM, Decimal(8))


async def test_audit_and_repair_go_on_while_events_arrive(world: World) -> None:
    await fill(world)
    other, sending = world.another_process(), True

    async def send() -> None:
        for number in range(60):
            await other.ingest(
                about(
                    f"n{number}", C2 if number % 3 else U1, time=number, session_id=f"s{number % 4}"
                )
            )
        nonlocal sending
        sending = False

    async def compare() -> list[str]:
        found: list[str] = []
        while sending:
            await world.database["profiles"].update_many(
                {"merged_into": None}, {"$unset": {"attributes.last_seen": ""}}
            )
            found += (await audit(world, repair=True))[1]
        return found

    _, found = await asyncio.gather(send(), compare())

    assert all(line.endswith("(repaired)") for line in found)
    await assert_equal_to_ledger(world)
    await assert_audit_finds_nothing(world)
