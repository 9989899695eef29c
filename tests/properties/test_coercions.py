"""Whatever JSON holds becomes a value without loss, or is refused: nothing else can happen."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.errors import ValueRefusedError
from app.values import (
    COERCIONS,
    DIGITS,
    DataType,
    milliseconds,
    to_country,
    to_datetime,
    to_ip,
    to_number,
    to_text,
)
from tests.properties.strategies import json_values, moments, numbers, numeric_texts, texts

KINDS = {
    DataType.STRING: str,
    DataType.NUMBER: Decimal,
    DataType.BOOLEAN: bool,
    DataType.DATETIME: datetime,
    DataType.IP: str,
}
offsets = st.integers(-14 * 60, 14 * 60).map(lambda one: timezone(timedelta(minutes=one)))


@pytest.mark.parametrize("data_type", DataType)
@given(raw=json_values | numeric_texts | st.floats())
@example("1e1000000")
@example("-1E+999999999999999999999")
@example(float("nan"))
@example(10**400)
def test_any_json_is_taken_or_refused(data_type: DataType, raw: Any) -> None:
    coerce = COERCIONS[data_type]
    try:
        value = coerce(raw)
    except ValueRefusedError:
        return
    assert type(value) is KINDS[data_type]
    assert coerce(value) == value


@given(raw=json_values)
def test_any_json_is_a_country_or_refused(raw: Any) -> None:
    try:
        code = to_country(raw)
    except ValueRefusedError:
        return
    assert to_country(code) == code == str(raw).strip().upper()


@given(text=texts)
def test_text_is_kept_as_it_is(text: str) -> None:
    assert to_text(text) == text


@given(number=numbers)
def test_number_survives_being_written(number: Decimal) -> None:
    assert to_number(str(number)) == number
    assert to_number(to_text(number)) == number


@given(text=numeric_texts)
def test_number_in_a_text_is_exact_or_refused(text: str) -> None:
    try:
        number = to_number(text)
    except ValueRefusedError:
        return
    assert number == Decimal(text)
    assert number == DIGITS.plus(number)


@given(number=st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_every_ordinary_float_is_a_number(number: float) -> None:
    assert float(to_number(number)) == number


@given(number=st.integers(-(10**34) + 1, 10**34 - 1))
def test_every_integer_of_34_digits_is_a_number(number: int) -> None:
    assert int(to_number(number)) == number


@given(moment=moments, offset=offsets)
def test_moment_survives_being_written_anywhere(moment: datetime, offset: timezone) -> None:
    there = moment.astimezone(offset)

    assert to_datetime(there.isoformat()) == moment
    assert to_datetime(there.isoformat().replace("+00:00", "Z")) == moment


@given(moment=moments)
def test_moment_survives_as_milliseconds(moment: datetime) -> None:
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    since = (moment - epoch) // timedelta(milliseconds=1)

    assert to_datetime(since) == moment
    assert to_datetime(float(since)) == moment


@given(moment=st.datetimes(timezones=offsets))
def test_moment_is_cut_to_the_millisecond_it_is_in(moment: datetime) -> None:
    try:
        cut = to_datetime(moment.isoformat())
    except ValueRefusedError:  # in UTC it is not within the years 1 to 9999
        return
    assert cut == milliseconds(cut)
    assert timedelta() <= moment - cut < timedelta(milliseconds=1)


@given(address=st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_every_spelling_of_an_address_is_one_value(address: Any) -> None:
    assert to_ip(address.exploded) == to_ip(address.compressed) == to_ip(f" {address} ".upper())


def test_example_of_each() -> None:
    assert to_number("49.90") == Decimal("49.9")
    assert to_text(49.90) == "49.9"
    assert to_ip("2001:DB8:0::1") == "2001:db8::1"
    assert to_datetime(1_767_225_600_000).isoformat() == "2026-01-01T00:00:00+00:00"
