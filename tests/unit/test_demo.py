"""The demo shop: repeatable, in the past, and varied enough to show what profiles are for."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pycountry
import pytest

from app.demo.events import demo_events
from app.demo.people import demo_companies
from app.demo.visits import DAYS, LONGEST
from app.events.model import KNOWN_FRUSTRATIONS
from app.events.wire import EventInput

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)

DemoEvent = dict[str, Any]


@pytest.fixture(scope="module")
def events() -> tuple[DemoEvent, ...]:
    return tuple(demo_events(NOW))


def test_same_arguments_give_the_same_events(events: tuple[DemoEvent, ...]) -> None:
    assert tuple(demo_events(NOW)) == events


def test_now_may_come_from_any_time_zone(events: tuple[DemoEvent, ...]) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-7)))
    assert tuple(demo_events(elsewhere)) == events


def test_another_seed_gives_other_events(events: tuple[DemoEvent, ...]) -> None:
    others = {event["id"] for event in demo_events(NOW, seed=8)}
    assert others.isdisjoint(event["id"] for event in events)


def test_a_later_now_moves_the_times_and_nothing_else(events: tuple[DemoEvent, ...]) -> None:
    later = {event["id"]: event for event in demo_events(NOW + timedelta(days=9, hours=5))}
    assert later.keys() == {event["id"] for event in events}
    assert {name: _timeless(event) for name, event in later.items()} == {
        event["id"]: _timeless(event) for event in events
    }


def test_more_users_do_not_change_the_others(events: tuple[DemoEvent, ...]) -> None:
    few = list(demo_events(NOW, users=60))
    names = {event["id"] for event in few}
    assert few == [event for event in events if event["id"] in names]


def test_without_users_nothing_happens() -> None:
    assert list(demo_events(NOW, users=0)) == []


def test_there_are_a_few_thousand_events_of_all_users(events: tuple[DemoEvent, ...]) -> None:
    users = {event["userId"] for event in events if "userId" in event}
    assert users == {f"user_{number}" for number in range(1, 301)}
    assert 3_000 <= len(events) <= 6_000


def test_every_event_is_taken_as_it_is(events: tuple[DemoEvent, ...]) -> None:
    taken = msgspec.convert(list(events), list[EventInput], strict=True)
    assert len(taken) == len(events)


def test_every_event_has_an_id_of_its_own(events: tuple[DemoEvent, ...]) -> None:
    assert len({event["id"] for event in events}) == len(events)


def test_times_are_utc_milliseconds_before_now_and_in_order(
    events: tuple[DemoEvent, ...],
) -> None:
    times = [_time(event) for event in events]
    assert all(len(event["time"]) == len("2026-03-01T12:30:00.000Z") for event in events)
    assert all(event["time"].endswith("Z") for event in events)
    assert all(NOW - timedelta(days=DAYS) < time < NOW for time in times)
    assert times == sorted(times)


def test_a_session_is_short_has_one_device_and_no_two_events_at_once(
    events: tuple[DemoEvent, ...],
) -> None:
    for session in _by(events, "sessionId").values():
        times = [_time(event) for event in session]
        assert all(earlier < later for earlier, later in pairwise(times))
        assert times[-1] - times[0] < LONGEST
        assert len({event["cookieId"] for event in session}) == 1


def test_whoever_is_known_stays_known_until_the_session_ends(
    events: tuple[DemoEvent, ...],
) -> None:
    for session in _by(events, "sessionId").values():
        known = ["userId" in event for event in session]
        assert known == sorted(known)


def test_a_device_keeps_its_context(events: tuple[DemoEvent, ...]) -> None:
    for of_device in _by(events, "cookieId").values():
        assert all(event["context"] == of_device[0]["context"] for event in of_device)


def test_countries_are_iso_codes(events: tuple[DemoEvent, ...]) -> None:
    countries = {event["context"]["geo"]["country_iso_code"] for event in events}
    assert all(pycountry.countries.get(alpha_2=country) for country in countries)
    assert len(countries) >= 10


def test_every_device_is_only_a_cookie_at_first(events: tuple[DemoEvent, ...]) -> None:
    first = {cookie: of_device[0] for cookie, of_device in _by(events, "cookieId").items()}
    assert all("userId" not in event for event in first.values())


def test_some_users_have_several_cookies_and_no_cookie_has_two_users(
    events: tuple[DemoEvent, ...],
) -> None:
    cookies = defaultdict(set)
    for event in events:
        if "userId" in event:
            cookies[event["userId"]].add(event["cookieId"])
    owners = Counter(cookie for own in cookies.values() for cookie in own)
    assert 30 <= sum(len(own) > 1 for own in cookies.values()) <= 150
    assert set(owners.values()) == {1}


def test_some_visitors_never_say_who_they_are(events: tuple[DemoEvent, ...]) -> None:
    unnamed = [
        cookie
        for cookie, of_device in _by(events, "cookieId").items()
        if not any("userId" in event for event in of_device)
    ]
    assert len(unnamed) == 75


def test_a_known_user_has_traits_that_do_not_change(events: tuple[DemoEvent, ...]) -> None:
    traits = _by(tuple(event for event in events if "user" in event), "userId")
    assert len(traits) == 300
    for of_user in traits.values():
        assert all(event["user"] == of_user[0]["user"] for event in of_user)
        assert of_user[0]["user"].keys() == {"email", "name", "plan"}
    assert len({of_user[0]["user"]["email"] for of_user in traits.values()}) == 300


def test_addresses_are_plain_and_belong_to_nobody(events: tuple[DemoEvent, ...]) -> None:
    addresses = {event["user"]["email"] for event in events if "user" in event}
    assert all(address.isascii() and address.endswith(".example") for address in addresses)


def test_every_company_is_an_account_with_somebody_in_it(events: tuple[DemoEvent, ...]) -> None:
    accounts = {
        event["account"]["id"]: event["account"]
        for event in events
        if "name" in event.get("account", {})
    }
    assert accounts == {
        company.id: {
            "id": company.id,
            "name": company.name,
            "plan": company.plan,
            "arr": company.arr,
        }
        for company in demo_companies(seed=7)
    }


def test_an_account_is_only_told_of_known_users(events: tuple[DemoEvent, ...]) -> None:
    assert all("userId" in event for event in events if "account" in event)


def test_visits_are_heavy_tailed(events: tuple[DemoEvent, ...]) -> None:
    visits: dict[str, set[str]] = defaultdict(set)
    for event in events:
        visits[event["cookieId"]].add(event["sessionId"])
    counts = sorted(map(len, visits.values()))
    assert counts[len(counts) // 2] <= 2
    assert counts[-1] >= 10


def test_amounts_are_exact_to_the_cent(events: tuple[DemoEvent, ...]) -> None:
    orders = [event["properties"] for event in events if event["name"] == "order_completed"]
    assert len(orders) >= 50
    for order in orders:
        value, goods, shipping = (
            Decimal(repr(order[name])) for name in ("order_value", "revenue", "revenue_shipping")
        )
        assert value == goods + shipping
        assert value == value.quantize(Decimal("0.01"))
        assert order["order_time"] < "2026-03-01T12:30:00.000Z"


def test_each_kind_of_event_happens(events: tuple[DemoEvent, ...]) -> None:
    kinds = {event["type"] for event in events}
    assert kinds == {"VIEW", "ACTION", "ERROR", "RESOURCE", "LONG_TASK", "CUSTOM"}


def test_some_clicks_frustrate(events: tuple[DemoEvent, ...]) -> None:
    kinds = {kind for event in events for kind in event["properties"].get("frustration", ())}
    assert kinds == {"rage_click", "dead_click", "error_click"}
    assert kinds < KNOWN_FRUSTRATIONS


def test_some_sessions_go_from_the_cart_to_the_checkout_and_some_do_not(
    events: tuple[DemoEvent, ...],
) -> None:
    names = [[event["name"] for event in one] for one in _by(events, "sessionId").values()]
    carts = [session for session in names if "/cart" in session]
    assert any("click on CHECKOUT" in session for session in carts)
    assert any("click on CHECKOUT" not in session for session in carts)


def test_the_first_page_tells_a_session_dimension(events: tuple[DemoEvent, ...]) -> None:
    for session in _by(events, "sessionId").values():
        assert session[0]["type"] == "VIEW"
        assert session[0]["properties"]["session_custom_dimension_1"]
        assert not any("session_custom_dimension_1" in one["properties"] for one in session[1:])


def test_the_first_user_has_two_devices_a_company_and_many_visits(
    events: tuple[DemoEvent, ...],
) -> None:
    own = _by(tuple(event for event in events if "userId" in event), "userId")["user_1"]
    assert len({event["cookieId"] for event in own}) >= 2
    assert len({event["sessionId"] for event in own}) >= 10
    assert {event["account"]["id"] for event in own} == {"account_1"}
    assert any(event["name"] == "order_completed" for event in own)


def _by(events: tuple[DemoEvent, ...], key: str) -> dict[str, list[DemoEvent]]:
    grouped: dict[str, list[DemoEvent]] = defaultdict(list)
    for event in events:
        grouped[event[key]].append(event)
    return grouped


def _time(event: DemoEvent) -> datetime:
    return datetime.fromisoformat(event["time"])


def _timeless(event: DemoEvent) -> DemoEvent:
    properties = {key: one for key, one in event["properties"].items() if key != "order_time"}
    return {**event, "time": None, "properties": properties}
