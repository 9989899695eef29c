"""Times as files write them."""

from datetime import UTC, datetime

import pytest

from app.errors import EventRejectedError, MappingError
from app.importing.mapping import TimeFormat
from app.importing.moments import time_reader


@pytest.mark.parametrize(
    ("declared", "text", "expected"),
    [
        (TimeFormat(), "2010-12-01T08:26:00Z", "2010-12-01T08:26:00+00:00"),
        (TimeFormat(), " 2010-12-01 08:26 ", "2010-12-01T08:26:00+00:00"),
        (TimeFormat(), "2010-12-01", "2010-12-01T00:00:00+00:00"),
        (TimeFormat(zone="Europe/London"), "2011-07-01T08:26", "2011-07-01T07:26:00+00:00"),
        (TimeFormat(zone="Europe/London"), "2011-07-01T08:26Z", "2011-07-01T08:26:00+00:00"),
        (TimeFormat(format="epoch"), "1291191960", "2010-12-01T08:26:00+00:00"),
        (TimeFormat(format="epoch"), "1291191960.25", "2010-12-01T08:26:00.250000+00:00"),
        (TimeFormat(format="epoch_ms"), "1291191960250", "2010-12-01T08:26:00.250000+00:00"),
        (TimeFormat(format="%d/%m/%Y %H:%M"), "01/12/2010 08:26", "2010-12-01T08:26:00+00:00"),
        (
            TimeFormat(format="%m/%d/%y %I:%M %p", zone="America/New_York"),
            "12/01/10 8:26 PM",
            "2010-12-02T01:26:00+00:00",
        ),
        (TimeFormat(format="%Y%m%d%z"), "20101201+0200", "2010-11-30T22:00:00+00:00"),
    ],
)
def test_a_time_is_read_as_declared(declared: TimeFormat, text: str, expected: str) -> None:
    assert time_reader(declared)(text).astimezone(UTC) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("iso", "01/12/2010"),
        ("iso", ""),
        ("epoch", "yesterday"),
        ("epoch", "1e999"),
        ("epoch", "NaN"),
        ("epoch_ms", "-99999999999999999"),
        ("%d/%m/%Y", "2010-12-01"),
    ],
)
def test_a_time_of_another_format_is_refused(pattern: str, text: str) -> None:
    with pytest.raises(EventRejectedError) as refused:
        time_reader(TimeFormat(format=pattern))(text)
    assert str(refused.value) == f'time: "{text}" is not of the format {pattern}.'


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (TimeFormat(zone="Mars/Base"), 'time.zone: "Mars/Base" is no IANA time zone.'),
        (TimeFormat(zone="../etc"), 'time.zone: "../etc" is no IANA time zone.'),
        (TimeFormat(format="ISO"), 'time.format: "ISO" is none of iso, epoch, epoch_ms and no'),
    ],
)
def test_a_format_that_is_none_is_named(declared: TimeFormat, message: str) -> None:
    with pytest.raises(MappingError) as refused:
        time_reader(declared)
    assert str(refused.value).startswith(message)
