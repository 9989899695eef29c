"""Input as nobody should send it: values, events made of them, lines and bodies that are none."""

from collections.abc import Iterator

_DEEP = 100_000

TEXTS = [
    '""',
    '" "',
    '"null"',
    '"$"',
    '"$set"',
    '"$$NOW"',
    '"a.b"',
    '"."',
    '".."',
    '"a..b"',
    '"%"',
    '"%24%2E%00"',
    '"_id"',
    '"__proto__"',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udfff\\ud800"',
    '"\\uFFFF\\uFFFE"',
    '"\\u202e\\u200b\\ufeff"',
    '"\\r\\n\\t\\b"',
    '"\U0001f468\u200d\U0001f469"',
    '"e\u0301\u0301\u0301"',
    '"\u0130\u0131\u00df"',
    '"<script>alert(1)</script>"',
    '"1e400"',
    '"NaN"',
    '"Infinity"',
    '"٣"',
    '"1_000"',
    '"true"',
    '"0001-01-01T00:00:00Z"',
    '"0001-01-01T00:00:00+23:59"',
    '"9999-12-31T23:59:59.999999-23:59"',
    '"10000-01-01T00:00:00Z"',
    '"2026-02-30T00:00:00Z"',
    '"2026-01-01T24:00:00Z"',
    '"2026-01-01T00:00:60Z"',
    '"-0001-01-01T00:00:00Z"',
    '"2026-01-01"',
    '"P1D"',
    '"::1"',
    '"999.1.1.1"',
    '"fe80::1%eth0"',
    f'"{"x" * 257}"',
    f'"{"x" * 5000}"',
    f'"{"é" * 300_000}"',
]
"""Texts in JSON, with the quotation marks."""

NUMBERS = [
    *("0", "-0", "-0.0", "1", "-1", "0.1", "1e308", "1e309", "1e400", "-1e400", "1e-400"),
    *("1e99999999999", "1E+2", "9007199254740993", "2147483648", "-2147483649"),
    *("9223372036854775808", "-9223372036854775809", "9" * 400, "0." + "3" * 400, "9" * 40_000),
    *("123456789012345678901234567890123.4", "1e33", "1e34", "1e-18", "1e-19", "1e12"),
]

OTHERS = [
    *("null", "true", "false", "[]", "{}", "[[]]", "[null]", '[{"a": []}]', '{"": {"": {}}}'),
    '{"$set": {"a": 1}, "a.b": 1, "": 1, "%2E": 2, "\\u0000": 3}',
    '{"_id": 1, "id": {"$ne": null}, "type": "bot"}',
    '{"a": 1, "a": 2}',
    '{"type": "user_id", "value": "u1"}',
    '[{"type": "user_id", "value": "u1"}, {"type": "$x", "value": "."}]',
    "[" * 19 + "]" * 19,
    "[" * 21 + "]" * 21,
    "[" * 120 + "]" * 120,
    '{"a":' * 120 + "1" + "}" * 120,
    "[" * _DEEP + "]" * _DEEP,
    '{"a":' * _DEEP + "1" + "}" * _DEEP,
    "[" + ",".join(["1"] * 3000) + "]",
    "[" + ",".join(f'"{one}"' for one in range(3000)) + "]",
    "{" + ",".join(f'"k{one}": {one}' for one in range(3000)) + "}",
]

NO_JSON = [
    *("NaN", "Infinity", "-Infinity", "nan", "undefined", "None", "01", "+1", ".5", "1.", "0x1"),
    *(
        "'a'",
        '"',
        '"\\x41"',
        '"\\ud8"',
        '"\t"',
        "[",
        "{",
        "[1,]",
        '{"a":1,}',
        "{1:2}",
        "//",
        "\x00",
    ),
]
"""Values that are no JSON, whatever stands around them."""

VALUES = [*TEXTS, *NUMBERS, *OTHERS]

PLACES = [
    *('"type": {}', '"time": {}', '"id": {}', '"name": {}', '"sequence": {}', '"userId": {}'),
    *('"cookieId": {}', '"identifiers": {}', '"anonymousTracking": {}', '"user": {}'),
    *('"account": {}', '"sessionId": {}', '"context": {}', '"properties": {}', '"unknown": {}'),
    '"identifiers": [{{"type": {}, "value": "x"}}]',
    '"identifiers": [{{"type": "email", "value": {}}}]',
    '"identifiers": [{}]',
    *(f'"user": {{{{"{key}": {{}}}}}}' for key in ("email", "name", "plan")),
    *(f'"account": {{{{"{key}": {{}}}}}}' for key in ("id", "name")),
    *(f'"context": {{{{"{key}": {{}}}}}}' for key in ("geo", "device", "session", "consent")),
    '"context": {{"geo": {{"country_iso_code": {}, "city": "x"}}}}',
    '"context": {{"device": {{"type": {}}}}}',
    '"context": {{"marketing": {{"utm_source": {}}}}}',
    '"properties": {{"revenue": {}}}',
    '"properties": {{"frustration": {}}}',
    '"properties": {{"session_custom_dimension_1": {}}}',
    '"properties": {{"hostile": {}}}',
    '"properties": {{"hostile": [{}, 1]}}',
]
"""Where a value can stand in an event."""

KEYED = [
    '"properties": {{{}: 1}}',
    '"user": {{{}: "x"}}',
    '"context": {{"geo": {{{}: 1}}}}',
    "{}: 1",
]
"""Where a text can stand as a key."""

LINES = [
    *(b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xef\xbb\xbf{}", b"\xc3\x28", b"\xed\xa0\x80"),
    *(
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"{}",
        b"{",
        b"}",
        b"{}{}",
        b"nothing",
        b"\x00",
        b"\x1f\x8b",
    ),
    b'{"type":"CUSTOM","time":"2026-01-01T00:00:00Z","name":"\xff"}',
    b'{"type":"CUSTOM","time":"2026-01-01T00:00:00Z","name":"\xed\xa0\x80"}',
    b'{"type":"CUSTOM","time":"2026-01-01T00:00:00Z","name":"a\x00b"}',
    b'[{"type":"CUSTOM","time":"2026-01-01T00:00:00Z"}]',
    b"[" * _DEEP,
    b'{"a":' * _DEEP,
    b"x" * 2_000_000,
]
"""Lines that are no event."""


def hostile_event(place: str, value: str, event_id: str) -> str:
    """An event whose other fields are in order; of two of a name the last one counts."""
    usual = {
        "id": f'"{event_id}"',
        "type": '"CUSTOM"',
        "time": '"2026-01-01T00:00:00Z"',
        "cookieId": '"hostile"',
        "properties": '{"counted": 1}',
    }
    given = place.format(value)
    fields = [f'"{name}": {one}' for name, one in usual.items() if f'"{name}":' not in given[:20]]
    return "{" + ", ".join([*fields, given]) + "}"


def hostile_events() -> Iterator[tuple[str, list[str]]]:
    """For each place the events that have a hostile value there."""
    for place in PLACES:
        yield place, [hostile_event(place, value, f"h{n}") for n, value in enumerate(VALUES)]
    for place in KEYED:
        yield place, [hostile_event(place, value, f"h{n}") for n, value in enumerate(TEXTS)]
