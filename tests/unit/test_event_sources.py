"""Sources: their rules, their keys, and how much they may send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.buckets import Buckets
from app.access.check import check_origins, check_source
from app.access.errors import EventSourceInvalidError, RateLimitedError
from app.access.gate import anybody
from app.access.keys import MAX_LENGTH, digest, new_key
from app.access.model import EventSource, EventSourceKind
from tests.building import NOON


def a_source(**fields: object) -> EventSource:
    """A source that may send ten events a second, twenty at once."""
    usual: dict[str, object] = {
        "id": "s1",
        "name": "Shop",
        "kind": EventSourceKind.API,
        "policy": None,
        "origins": (),
        "rate": 10.0,
        "burst": 20,
        "traits_become_attributes": False,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return EventSource(**(usual | fields))  # type: ignore[arg-type]  # by name


class Seconds:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("origin", "kept"),
    [
        ("https://shop.example", "https://shop.example"),
        (" HTTPS://Shop.Example/ ", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_origin_is_kept_as_browsers_send_it(origin: str, kept: str) -> None:
    assert check_origins([origin, origin]) == (kept,)


@pytest.mark.parametrize(
    "origin",
    [
        *("", "*", "shop.example", "ftp://shop.example", "https://", "https://shop.example/cart"),
        *("https://ana@shop.example", "https://shop.example?x", "http://a:99999", "http://[::1"),
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(EventSourceInvalidError) as refused:
        check_origins([origin])
    assert refused.value.path == ("origins",)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "x" * 256},
        {"origins": ("https://shop.example",) * 101},
        {"rate": 0},
        {"rate": -1},
        {"rate": float("nan")},
        {"rate": float("inf")},
        {"burst": 0},
        {"burst": 1_000_001},
    ],
)
def test_source_that_breaks_a_rule_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(EventSourceInvalidError) as refused:
        check_source(a_source(**fields))
    assert refused.value.path == (next(iter(fields)),)


def test_keys_are_all_different_and_are_kept_as_digests() -> None:
    keys = {new_key() for _ in range(1000)}

    assert len(keys) == 1000
    assert all(len(key) == 47 and key.startswith("pgw_") for key in keys)
    assert all(len(key) <= MAX_LENGTH and ":" not in key for key in keys)
    assert not any(key in digest(key) for key in keys)


def test_source_may_send_its_burst_and_then_its_rate() -> None:
    clock = Seconds()
    buckets, source = Buckets(clock), a_source()

    buckets.check(source)
    buckets.take(source, 20)
    with pytest.raises(RateLimitedError) as limited:
        buckets.check(source)
    assert limited.value.retry_after == "1"

    clock.now += 0.11
    buckets.check(source)


def test_whoever_overdraws_waits_the_longer() -> None:
    clock = Seconds()
    buckets, source = Buckets(clock), a_source()

    buckets.take(source, 1000)
    with pytest.raises(RateLimitedError) as limited:
        buckets.check(source)

    assert limited.value.retry_after == "99"
    clock.now += 98.2
    buckets.check(source)


def test_what_was_saved_is_no_more_than_the_burst() -> None:
    clock = Seconds()
    buckets, source = Buckets(clock), a_source()
    buckets.check(source)

    clock.now += 3600
    buckets.take(source, 20)

    with pytest.raises(RateLimitedError):
        buckets.check(source)


def test_sources_do_not_pay_for_each_other() -> None:
    buckets = Buckets(Seconds())

    buckets.take(a_source(), 1000)

    buckets.check(a_source(id="s2"))
    buckets.check(anybody(EventSourceKind.API))


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 60)), max_size=30))
def test_rate_holds_over_any_time(requests: list[tuple[float, int]]) -> None:
    clock = Seconds()
    buckets, source = Buckets(clock), a_source()
    sent, last = 0, 0

    for pause, events in requests:
        clock.now += pause
        try:
            buckets.check(source)
        except RateLimitedError:
            continue
        buckets.take(source, events)
        sent, last = sent + events, events

    assert sent - last <= source.burst + (clock.now - 100) * 10
