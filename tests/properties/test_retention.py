"""Filters for what has expired agree with the calendar, on every day of the year."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.profiles.retention import cut, expired_spans, months_later

TWO_YEARS = st.integers(0, 86_400_000 * 730).map(
    lambda ms: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
MONTHS = st.sampled_from([1, 2, 11, 12, 13])
FIVE_DAYS = st.one_of(
    st.just(timedelta()),
    st.integers(-86_400_000 * 5, 86_400_000 * 5).map(lambda ms: timedelta(milliseconds=ms)),
)


def holds(span: dict[str, Any], moment: datetime) -> bool:
    return bool(span.get("$gte", moment) <= moment <= span["$lte"])


@given(now=TWO_YEARS, months=MONTHS, about=FIVE_DAYS)
def test_spans_are_what_has_expired(now: datetime, months: int, about: timedelta) -> None:
    updated = months_later(now, -months) + about

    expired = months_later(updated, months) <= now

    assert any(holds(one, updated) for one in expired_spans(now, months)) is expired


@given(now=TWO_YEARS, months=MONTHS)
def test_everything_up_to_the_cut_has_expired(now: datetime, months: int) -> None:
    last = cut(now, months)

    assert months_later(last, months) <= now
    assert months_later(last + timedelta(milliseconds=1), months) > now or now.day > last.day


@given(now=TWO_YEARS, later=TWO_YEARS, months=MONTHS)
def test_the_cut_never_goes_back(now: datetime, later: datetime, months: int) -> None:
    first, second = sorted([now, later])

    assert cut(first, months) <= cut(second, months)
