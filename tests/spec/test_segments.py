"""Segments: the table of what sequences mean, and the examples of what a segment is for."""

from datetime import timedelta
from typing import Any

import pytest

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.errors import FilterInvalidError
from app.ids import global_id
from app.paging import PageRequest
from app.segments import finding_repository
from app.segments.rows.keys import row_key
from app.segments.rows.repository import RowRepository
from app.segments.segment import CsvList, Definition, ListKey, NewSegment
from app.segments.service import Asked
from app.values import DataType
from tests.building import NOON, T, about, an_event
from tests.living import World
from tests.performing import CART, CLICK, Raw, act, not_, performed, step

THEN_CLICKED = performed(step(CART), step(CLICK))
THEN_DID_NOT = performed(step(CART), not_(CLICK))
BRAZIL = {"attribute": {"name": "last_seen_country", "eq": "Brazil"}}


async def members(world: World, filter_: Raw, kind: ProfileKind = ProfileKind.USER) -> list[str]:
    """Who is found: user ids, or account ids; counted in the same way."""
    asked, lists, now = Asked(kind, filter_), world.services.lists, world.clock.now
    items = (await lists.page(asked, PageRequest(first=100), now=now)).page.items
    assert await lists.count(asked, now=now) == len(items)
    return sorted(_name(one, kind) for one in items)


def _name(document: Any, kind: ProfileKind) -> str:
    if kind is ProfileKind.ACCOUNT:
        return str(document["_id"])
    return next(str(one.split(":")[1]) for one in document["identifiers"] if "user_id" in one)


@pytest.mark.parametrize(
    ("deeds", "clicked", "did_not"),
    [
        ([(CART, 10), (CLICK, 20)], True, False),
        ([(CART, 10)], False, True),
        ([(CLICK, 5), (CART, 10)], False, True),
        ([(CART, 10), (CLICK, 20), (CART, 30)], True, True),
        ([(CART, 10), ({**CART, "session_id": "B"}, 20), ({**CLICK, "session_id": "B"}, 30)],
         True, True),
        ([(CART, 10), ({**CLICK, "session_id": "B"}, 20)], False, True),
        ([({**CART, "session_id": None}, 10), ({**CLICK, "session_id": None}, 20)], False, False),
    ],
)  # fmt: skip
async def test_sequence_in_one_session(
    world: World, deeds: Any, *, clicked: bool, did_not: bool
) -> None:
    await act(world, "u", *deeds)

    assert await members(world, THEN_CLICKED) == ["u"] * clicked
    assert await members(world, THEN_DID_NOT) == ["u"] * did_not


@pytest.mark.parametrize(
    ("order", "clicked"), [((1, 2), True), ((2, 1), False), ((None, None), None)]
)
async def test_ties_are_decided_by_sequence_or_id(
    world: World, order: tuple[int | None, int | None], *, clicked: bool | None
) -> None:
    cart, click = order
    await act(world, "u", ({**CART, "sequence": cart}, 10), ({**CLICK, "sequence": click}, 10))

    found = await members(world, THEN_CLICKED)
    assert clicked is None or found == ["u"] * clicked
    assert await members(world, THEN_DID_NOT) == ["u"] * (not found)


async def test_users_from_brazil_who_clicked_checkout_after_the_cart_in_the_past_week(
    world: World,
) -> None:
    both = {"and": [BRAZIL, THEN_CLICKED]}
    from_brazil = {"context": {"geo": {"country_iso_code": "BR"}}}
    await act(world, "ana", (CART, 10), (CLICK, 20), **from_brazil)
    await act(world, "bob", (CART, 10), (CLICK, 20))
    await act(world, "cleo", (CART, 10), **from_brazil)
    await act(world, "dan", (CLICK, 10), (CART, 20), **from_brazil)
    await act(world, "eve", (CART, -8 * 86400), (CLICK, -8 * 86400 + 1), **from_brazil)

    assert await members(world, both) == ["ana"]


@pytest.mark.parametrize(
    "click",
    [
        {"type": "ACTION", "name": "click on CHECKOUT"},
        {"type": "ACTION", "where": [{"field": "action.target.name", "eq": "CHECKOUT"}]},
    ],
)
async def test_users_who_viewed_the_cart_then_did_not_click_on_checkout(
    world: World, click: Raw
) -> None:
    clicked = {**CLICK, "properties": {"action": {"type": "click", "target": {"name": "CHECKOUT"}}}}
    await act(world, "bought", (CART, 10), (clicked, 20))
    await act(world, "dropped", (CART, 10))

    assert await members(world, performed(step(CART), not_(click))) == ["dropped"]


async def test_users_who_signed_up_in_the_last_30_days(world: World) -> None:
    signed_up = {"type": "CUSTOM", "name": "signed_up"}
    await act(world, "new", (signed_up, -29 * 86400))
    await act(world, "old", (signed_up, -31 * 86400))

    assert await members(world, performed(step(signed_up), during={"last": "P30D"})) == ["new"]
    assert await members(world, {"attribute": {"name": "first_seen", "withinLast": "P30D"}}) == [
        "new"
    ]


async def test_accounts_with_revenue_over_an_amount(world: World) -> None:
    await world.define("arr", Aggregation.LAST, DataType.NUMBER, kind=ProfileKind.ACCOUNT)
    for name, arr in (("small", 10), ("large", 50_000)):
        await world.ingest(an_event(None, account={"id": name, "arr": arr}))

    over = {"attribute": {"name": "arr", "gt": 10_000}}
    assert await members(world, over, ProfileKind.ACCOUNT) == ["large"]


async def test_account_is_in_by_what_its_users_did_in_it(world: World) -> None:
    await act(world, "both", (CART, 10), (CLICK, 20), account={"id": "X"})
    await act(world, "both", ({"type": "VIEW", "name": "/home"}, 30), account={"id": "Y"})

    assert await members(world, THEN_CLICKED, ProfileKind.ACCOUNT) == ["X"]
    assert await members(world, performed(step(CART)), ProfileKind.ACCOUNT) == ["X"]


async def test_two_users_of_an_account_do_not_perform_a_sequence_together(world: World) -> None:
    await act(world, "u1", (CART, 10), account={"id": "X"})
    await act(world, "u2", (CLICK, 20), account={"id": "X"})

    assert await members(world, THEN_CLICKED, ProfileKind.ACCOUNT) == []
    assert await members(world, THEN_DID_NOT, ProfileKind.ACCOUNT) == ["X"]


async def test_robots_and_anonymous_visitors_are_no_users_of_an_account(world: World) -> None:
    await act(world, "bot", (CART, 10), account={"id": "X"}, context={"device": {"type": "bot"}})
    await act(world, "nobody", (CART, 10), account={"id": "X"}, anonymous_tracking=True)
    await act(world, "u", ({"type": "VIEW", "name": "/home"}, 10), account={"id": "X"})

    assert await members(world, performed(step(CART)), ProfileKind.ACCOUNT) == []


@pytest.mark.parametrize(
    ("seconds", "is_in"),
    [(-7 * 86400 + 43200, True), (-7 * 86400 + 43199, False), (43199, True), (43200, False)],
)
async def test_window_is_half_open(world: World, seconds: float, *, is_in: bool) -> None:
    await act(world, "u", (CART, seconds))

    assert await members(world, performed(step(CART))) == ["u"] * is_in


async def test_rolling_window_drops_members_without_any_event(world: World) -> None:
    await act(world, "u", (CART, 10))
    assert await members(world, performed(step(CART))) == ["u"]

    world.clock.advance(days=7)

    assert await members(world, performed(step(CART))) == []
    absolute = {"between": {"from": T.isoformat(), "to": (T + timedelta(days=1)).isoformat()}}
    assert await members(world, performed(step(CART), during=absolute)) == ["u"]


async def test_late_event_corrects_membership(world: World) -> None:
    await act(world, "u", (CART, 10))
    assert await members(world, THEN_DID_NOT) == ["u"]

    await act(world, "u", (CLICK, 20))

    assert await members(world, THEN_DID_NOT) == []
    assert await members(world, THEN_CLICKED) == ["u"]


async def test_merge_corrects_membership(world: World) -> None:
    await world.ingest(about(None, "cookie_id:c", **CART, session_id="s", time=10))
    await world.ingest(about(None, "user_id:u", **CLICK, session_id="s", time=20))
    assert await members(world, THEN_CLICKED) == []

    await world.ingest(about(None, "cookie_id:c", "user_id:u", time=30))

    assert await members(world, THEN_CLICKED) == ["u"]
    assert await members(world, THEN_DID_NOT) == []


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ({}, ["one", "three", "two"]),
        ({"atLeast": 2}, ["three", "two"]),
        ({"atMost": 2}, ["one", "two"]),
        ({"atLeast": 2, "atMost": 2}, ["two"]),
    ],
)
async def test_how_often(world: World, times: Raw, found: list[str]) -> None:
    for number, name in enumerate(("none", "one", "two", "three")):
        home = ({"type": "VIEW", "name": "/home"}, 5)
        await act(world, name, home, *((CART, 10 + one) for one in range(number)))

    assert await members(world, performed(step(CART), times=times)) == found


async def test_sequences_are_counted_by_sessions(world: World) -> None:
    for session in ("a", "b"):
        await act(world, "twice", (CART, 10), (CLICK, 20), session_id=session)
    await act(world, "once", (CART, 10), (CLICK, 20), (CART, 30), (CLICK, 40))

    assert await members(world, {**THEN_CLICKED}) == ["once", "twice"]
    twice = performed(step(CART), step(CLICK), times={"atLeast": 2})
    assert await members(world, twice) == ["twice"]


async def test_window_begins_with_its_first_step(world: World) -> None:
    await act(world, "quick", (CART, 10), ({**CLICK, "session_id": "other"}, 69.999))
    await act(world, "slow", (CART, 10), (CLICK, 70))

    def within(*steps: Raw) -> Raw:
        return performed(*steps, scope="WINDOW", window="PT1M")

    assert await members(world, within(step(CART), step(CLICK))) == ["quick"]
    assert await members(world, within(step(CART), not_(CLICK))) == ["slow"]


async def test_negated_step_may_stand_anywhere(world: World) -> None:
    pay = {"type": "CUSTOM", "name": "paid"}
    await act(world, "early", (CLICK, 5), (CART, 10), (pay, 20))
    await act(world, "between", (CART, 10), (CLICK, 15), (pay, 20))
    await act(world, "after", (CART, 10), (pay, 20), (CLICK, 25))
    await act(world, "never", (CART, 10), (pay, 20))

    async def found(*steps: Raw) -> list[str]:
        return await members(world, performed(*steps))

    assert await found(not_(CLICK), step(CART), step(pay)) == ["never"]
    assert await found(step(CART), not_(CLICK), step(pay)) == ["early", "never"]
    assert await found(step(CART), step(pay), not_(CLICK)) == ["between", "early", "never"]


async def test_not_performed_holds_for_whoever_did_nothing_of_it(world: World) -> None:
    await act(world, "u", (CART, 10))
    await act(world, "v", (CLICK, 10))

    assert await members(world, {"not": performed(step(CART))}) == ["v"]
    assert await members(world, {"or": [{"not": performed(step(CART))}, THEN_DID_NOT]}) == [
        "u",
        "v",
    ]


async def save(world: World, name: str, definition: Raw, kind: str = "USER") -> str:
    """The global id of a new segment."""
    new = NewSegment(ProfileKind(kind), name, Definition(definition))
    return global_id("Segment", (await world.services.segments.create(new, now=world.clock.now)).id)


async def test_segments_are_made_of_segments(world: World) -> None:
    await act(world, "u", (CART, 10))
    await act(world, "v", (CART, 10), (CLICK, 20))
    carts = await save(world, "carts", performed(step(CART)))
    lost = await save(world, "lost", {"and": [{"segment": carts}, {"not": performed(step(CLICK))}]})

    assert await members(world, {"segment": carts}) == ["u", "v"]
    assert await members(world, {"segment": lost}) == ["u"]
    assert await members(world, {"not": {"segment": lost}}) == ["v"]


async def test_segment_of_users_where_accounts_are_expected_is_an_error(world: World) -> None:
    carts = await save(world, "carts", performed(step(CART)))

    with pytest.raises(FilterInvalidError, match="'carts' is a segment of users"):
        await members(world, {"segment": carts}, ProfileKind.ACCOUNT)


@pytest.mark.parametrize("many_rows", [1, 1000])
@pytest.mark.parametrize(
    ("on", "keys", "found"),
    [
        (ListKey.USER_ID, ["ana", "later"], ["ana"]),
        (ListKey.EMAIL, ["bob@example.com", "Ana@example.com"], ["bob"]),
        (ListKey.NAME, ["Bob"], ["bob"]),
    ],
)
async def test_list_names_people(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    on: ListKey,
    keys: list[str],
    found: list[str],
    many_rows: int,
) -> None:
    monkeypatch.setattr(finding_repository, "MANY_ROWS", many_rows)
    for user_id, name in (("ana", "Ana"), ("bob", "Bob")):
        user = {"email": f"{user_id}@example.com", "name": name}
        await act(world, user_id, (CART, 10), user=user)
    listed = await a_list(world, on, keys)

    assert await members(world, {"segment": listed}) == found
    if "later" in keys:
        await act(world, "later", (CART, 20))
        assert await members(world, {"segment": listed}) == [*found, "later"]


async def test_list_names_accounts(world: World) -> None:
    for name in ("X", "Y"):
        await act(world, "u", (CART, 10), account={"id": name})
    listed = await a_list(world, ListKey.ACCOUNT_ID, ["Y", "Z"], ProfileKind.ACCOUNT)

    assert await members(world, {"segment": listed}, ProfileKind.ACCOUNT) == ["Y"]


async def a_list(
    world: World, on: ListKey, keys: list[str], kind: ProfileKind = ProfileKind.USER
) -> str:
    """The global id of a segment whose list has these rows; one before it had others."""
    rows = RowRepository(world.database)
    await rows.add("new", [row_key(on, one) for one in keys])
    await rows.add("old", [row_key(on, one) for one in ("ana", "bob", "X", "Ana")])
    new = NewSegment(kind, "list", CsvList(on, "new"))
    await world.services.segments.create(new, now=NOON, segment_id="l")
    return global_id("Segment", "l")
