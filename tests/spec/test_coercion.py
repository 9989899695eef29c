"""What raw input becomes of each data type: lossless, or refused."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from app.errors import ValueRefusedError
from app.values import (
    COERCIONS,
    MAX_TEXT,
    DataType,
    Value,
    country_names,
    to_country,
    to_text,
)

STRING, NUMBER, BOOLEAN = DataType.STRING, DataType.NUMBER, DataType.BOOLEAN
DATETIME, IP = DataType.DATETIME, DataType.IP

LONG = "0.1234567890123456789012345678901234"
MOMENT = "an ISO 8601 date and time or milliseconds since 1970."
NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data_type", "raw", "value"),
    [
        (STRING, "", ""),
        (STRING, " Ana ", " Ana "),
        (STRING, "$set", "$set"),
        (STRING, "a\x00b", "a\x00b"),
        (STRING, "São João 🙂", "São João 🙂"),
        (STRING, 5, "5"),
        (STRING, 2.50, "2.5"),
        (STRING, 1e21, "1000000000000000000000"),
        (STRING, -0.0, "0"),
        (STRING, True, "true"),
        (STRING, False, "false"),
        (NUMBER, 5, Decimal(5)),
        (NUMBER, -7, Decimal(-7)),
        (NUMBER, 0.1, Decimal("0.1")),
        (NUMBER, -0.0, Decimal(0)),
        (NUMBER, "49.90", Decimal("49.90")),
        (NUMBER, " 12 ", Decimal(12)),
        (NUMBER, "1e3", Decimal(1000)),
        (NUMBER, 1e308, Decimal("1e308")),
        (NUMBER, 1e-308, Decimal("1e-308")),
        (NUMBER, 2**64, Decimal(2**64)),
        (
            NUMBER,
            "0.1234567890123456789012345678901234",
            Decimal("0.1234567890123456789012345678901234"),
        ),
        (NUMBER, 9999999999999999999999999999999999, Decimal(9999999999999999999999999999999999)),
        (BOOLEAN, True, True),
        (BOOLEAN, False, False),
        (BOOLEAN, "true", True),
        (BOOLEAN, " FALSE ", False),
        (DATETIME, "2024-01-01T00:00:00Z", NEW_YEAR),
        (DATETIME, "2024-01-01T01:00:00+01:00", NEW_YEAR),
        (DATETIME, "2024-01-01T00:00:00", NEW_YEAR),
        (DATETIME, "2024-01-01", NEW_YEAR),
        (DATETIME, " 2024-01-01T00:00:00Z ", NEW_YEAR),
        (DATETIME, "2024-01-01T00:00:00.123Z", NEW_YEAR + timedelta(milliseconds=123)),
        (DATETIME, "2024-01-01T00:00:00.123999Z", NEW_YEAR + timedelta(milliseconds=123)),
        (DATETIME, 1_704_067_200_000, NEW_YEAR),
        (DATETIME, 1_704_067_200_000.0, NEW_YEAR),
        (DATETIME, 0, datetime(1970, 1, 1, tzinfo=UTC)),
        (DATETIME, -1, datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)),
        (DATETIME, datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), NEW_YEAR),
        (IP, "192.0.2.1", "192.0.2.1"),
        (IP, " 192.0.2.1 ", "192.0.2.1"),
        (IP, "2001:0DB8:0:0:0:0:0:1", "2001:db8::1"),
        (IP, "::", "::"),
    ],
)
def test_accepted(data_type: DataType, raw: object, value: Value) -> None:
    coerced = COERCIONS[data_type](raw)

    assert (type(coerced), coerced) == (type(value), value)


@pytest.mark.parametrize(
    ("data_type", "raw", "message"),
    [
        (STRING, None, '"None" is not a text of at most 4096 characters.'),
        (STRING, ["a"], "\"['a']\" is not a text of at most 4096 characters."),
        (STRING, {}, '"{}" is not a text of at most 4096 characters.'),
        (STRING, float("nan"), '"nan" is not a finite number.'),
        (NUMBER, "", '"" is not a number.'),
        (NUMBER, "abc", '"abc" is not a number.'),
        (NUMBER, "1,5", '"1,5" is not a number.'),
        (NUMBER, "0x10", '"0x10" is not a number.'),
        (NUMBER, None, '"None" is not a number.'),
        (NUMBER, True, '"True" is not a number.'),
        (NUMBER, [1], '"[1]" is not a number.'),
        (NUMBER, "nan", '"nan" is not a finite number of at most 34 digits.'),
        (NUMBER, "-inf", '"-inf" is not a finite number of at most 34 digits.'),
        (NUMBER, float("-inf"), '"-inf" is not a finite number.'),
        (NUMBER, "1e400", '"1e400" is not a finite number of at most 34 digits.'),
        (NUMBER, "1e-400", '"1e-400" is not a finite number of at most 34 digits.'),
        (NUMBER, "1e1000000", '"1e1000000" is not a finite number of at most 34 digits.'),
        (
            NUMBER,
            "12345678901234567890123456789012345",
            '"12345678901234567890123456789012345" is not a finite number of at most 34 digits.',
        ),
        (BOOLEAN, "yes", '"yes" is not true or false.'),
        (BOOLEAN, 1, '"1" is not true or false.'),
        (BOOLEAN, None, '"None" is not true or false.'),
        (DATETIME, "soon", '"soon" is not ' + MOMENT),
        (DATETIME, "", '"" is not ' + MOMENT),
        (
            DATETIME,
            "2024-02-30T00:00:00Z",
            '"2024-02-30T00:00:00Z" is not ' + MOMENT,
        ),
        (
            DATETIME,
            "0001-01-01T00:00:00+01:00",
            '"0001-01-01T00:00:00+01:00" is not ' + MOMENT,
        ),
        (DATETIME, 0.5, '"0.5" is not ' + MOMENT),
        (DATETIME, True, '"True" is not ' + MOMENT),
        (
            DATETIME,
            253_402_300_800_000,
            '"253402300800000" is not ' + MOMENT,
        ),
        (IP, "192.0.2", '"192.0.2" is not an IP address.'),
        (IP, "192.0.2.256", '"192.0.2.256" is not an IP address.'),
        (IP, "192.0.2.0/24", '"192.0.2.0/24" is not an IP address.'),
        (IP, 3221225985, '"3221225985" is not an IP address.'),
    ],
)
def test_refused(data_type: DataType, raw: object, message: str) -> None:
    with pytest.raises(ValueRefusedError) as refused:
        COERCIONS[data_type](raw)

    assert str(refused.value) == message


def test_text_is_taken_up_to_its_limit_and_never_truncated() -> None:
    assert to_text("x" * MAX_TEXT) == "x" * MAX_TEXT
    with pytest.raises(ValueRefusedError):
        to_text("x" * (MAX_TEXT + 1))


@pytest.mark.parametrize(
    ("raw", "code"), [("BR", "BR"), ("br", "BR"), (" gb ", "GB"), ("Us", "US")]
)
def test_country_code_is_normalised(raw: str, code: str) -> None:
    assert to_country(raw) == code


@pytest.mark.parametrize("raw", ["Brazil", "UK", "BRA", "076", "", "XX", None, 76, ["BR"]])
def test_country_that_is_no_code_is_refused(raw: object) -> None:
    with pytest.raises(ValueRefusedError):
        to_country(raw)


def test_countries_are_shown_by_their_common_names() -> None:
    names = country_names()

    assert len(names) == 249
    assert [names[code] for code in ("BR", "GB", "BO", "TW")] == [
        "Brazil",
        "United Kingdom",
        "Bolivia",
        "Taiwan",
    ]
