"""Profiles and accounts that no document can hold break, and keep nobody else waiting."""

import pytest
from bson import encode

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.events.wire import EventInput
from app.values import DataType
from tests.auditing import assert_audit_finds_nothing
from tests.building import T, about
from tests.living import World
from tests.truth import assert_equal_to_ledger

pytestmark = pytest.mark.server

TEXT = "x" * 4000


def heavy(batch: str, who: str, events: int) -> list[EventInput]:
    """Events with four texts each that no other event has: 16 KB that a profile keeps."""
    return [
        about(
            f"{batch}{number}",
            who,
            properties={
                f"session_custom_dimension_{one}": f"{batch}{number}-{one}-{TEXT}"
                for one in range(4)
            },
        )
        for number in range(events)
    ]


async def test_profile_of_a_batch_that_is_too_large_for_any_document_is_broken(
    world: World,
) -> None:
    big = await world.ingest(*heavy("a", "user_id:big", 1000), about("b", "user_id:other"))
    again = await world.ingest(about("c", "user_id:big"), about("d", "user_id:other"))

    assert (big.accepted, again.accepted) == (1001, 2)
    assert await world.services.removal.count_broken() == 1
    identifiers = sorted(one["identifiers"] for one in await world.living())
    assert identifiers == [["user_id:big"], ["user_id:other"]]
    await assert_equal_to_ledger(world)


async def test_merge_of_profiles_that_are_too_large_together_is_finished(world: World) -> None:
    # given: two that outgrew the limit of profiles, not yet measured
    process = world.another_process()
    limits = process.services.ingestion._limits
    limits._documents.over = nobody  # type: ignore[assignment,method-assign]  # as if it were killed there
    await process.ingest(*heavy("a", "user_id:a", 600))
    await process.ingest(*heavy("b", "user_id:b", 600))

    # when
    await world.ingest(about("c", "user_id:a", "user_id:b"))

    # then
    assert not [one for one in await world.documents("profiles") if one.get("pending")]
    assert await world.services.removal.count_broken() == 1
    await assert_equal_to_ledger(world)
    assert await world.services.recover() == 0


def in_company(batch: str, events: int, **known: object) -> list[EventInput]:
    """Events of a company with twelve texts each: 48 KB that lists of the account keep."""
    texts = {f"notes_{one}": f"{batch}-{one}-{TEXT}" for one in range(12)}
    return [
        about(f"{batch}{number}", "user_id:u", account={"id": "acme", "n": 1, **texts, **known})
        for number in range(events)
    ]


async def test_account_of_a_batch_that_is_too_large_for_any_document_is_broken(
    world: World,
) -> None:
    await world.define("n", Aggregation.SUM, DataType.NUMBER, kind=ProfileKind.ACCOUNT)
    for number in range(12):
        await world.define(f"notes_{number}", Aggregation.LIST, kind=ProfileKind.ACCOUNT)

    other = about("o", "user_id:o", account={"id": "other", "n": 1})
    big = await world.ingest(*in_company("a", 400), other)
    again = await world.ingest(*in_company("b", 1))

    assert (big.accepted, again.accepted) == (401, 1)
    assert await world.services.account_removal.count_broken() == 1
    folds = await world.folds(ProfileKind.ACCOUNT)
    sums = {account: fold.attributes["n"][1] for account, fold in folds.items()}
    assert sums == {"acme": 1, "other": 1}
    await assert_audit_finds_nothing(world)


@pytest.mark.parametrize("kind", [ProfileKind.USER, ProfileKind.ACCOUNT])
@pytest.mark.parametrize("left", [0, 20, 50, 100, 400])
async def test_document_that_is_full_to_the_last_byte_is_broken(
    world: World, kind: ProfileKind, left: int
) -> None:
    await world.define("notes", Aggregation.LIST, kind=kind, event_field="properties.notes")
    await world.define("other", Aggregation.LIST, kind=kind, event_field="properties.other")
    first = about("a", "user_id:u", account={"id": "acme"}, properties={"notes": "x"})
    await world.ingest(first)
    name = "profiles" if kind is ProfileKind.USER else "accounts"
    [document] = await world.living(name)
    text = "x" * (16 * 1024 * 1024 - len(encode(document)) + 1 - left)
    await world.database[name].update_one(
        {"_id": document["_id"]}, {"$set": {"attributes.notes.0.v": text}}
    )

    notes = {"notes": [f"{TEXT}{one}" for one in range(20)]}  # too much for what is left
    await world.ingest(about("b", "user_id:u", account={"id": "acme"}, properties=notes))
    await world.ingest(about("c", "user_id:u", account={"id": "acme"}, properties={"other": "y"}))

    assert await world.shown("notes", "other", kind=kind) == {"other": [(T, "y")]}
    await assert_audit_finds_nothing(world)


async def nobody(*_: object, **__: object) -> list[object]:
    """Measures nothing."""
    return []
