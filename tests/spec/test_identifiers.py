"""What identifies somebody, and what does not: the prose rules of identity."""

import pytest

from app.errors import IdentifierRefusedError
from app.identity.model import MAX_LENGTH, identifier
from app.ingestion.outcome import IndexedWarning
from tests.building import about, an_event
from tests.living import World

JUNK = [
    "",
    " ",
    "\t\n",
    "null",
    "undefined",
    "none",
    "nan",
    "anonymous",
    "guest",
    "unknown",
    "true",
    "false",
    "0",
    "-1",
    "[object Object]",
    "00000000-0000-0000-0000-000000000000",
    "000",
    "-",
    "---",
    "NULL",
    "None",
    "NaN",
    "Anonymous",
    " null ",
    '"null"',
    "'undefined'",
    '""',
    '" guest "',
]
FINE = [
    "u1",
    "1",
    "10",
    "-2",
    "0a",
    "nullify",
    "guest1",
    "anonymous user",
    "U1",
    "ana@example.com",
    "a:b",
    "$where",
    "a.b",
    "日本",
    "O'Brien",
    "00000000-0000-0000-0000-000000000001",
]


@pytest.mark.parametrize("value", JUNK, ids=repr)
def test_junk_is_refused(value: str) -> None:
    with pytest.raises(IdentifierRefusedError, match="this value identifies nobody"):
        identifier("user_id", value)


@pytest.mark.parametrize("value", FINE, ids=repr)
def test_anything_else_is_taken_as_it_is(value: str) -> None:
    assert identifier("user_id", value).key == f"user_id:{value}"


@pytest.mark.parametrize("value", ["a\x00b", "a\nb", "a\x7f"], ids=repr)
def test_control_characters_are_refused(value: str) -> None:
    with pytest.raises(IdentifierRefusedError, match="it has control characters"):
        identifier("user_id", value)


@pytest.mark.parametrize("kind", ["", "User", "user id", "1x", "a:b", "a.b", "$x", "x" * 65])
def test_type_is_a_short_lower_case_word(kind: str) -> None:
    with pytest.raises(IdentifierRefusedError, match="a type is lower-case letters, digits and _"):
        identifier(kind, "u1")


def test_256_characters_are_fine_and_257_are_refused() -> None:
    assert identifier("user_id", "x" * MAX_LENGTH).value == "x" * 256
    with pytest.raises(IdentifierRefusedError, match="it is longer than 256 characters"):
        identifier("user_id", "x" * 257)


async def test_event_with_junk_is_kept_and_makes_no_profile(world: World) -> None:
    outcome = await world.ingest(an_event("e1", user_id="null", cookie_id="0000-0000"))

    assert outcome.accepted == 1
    assert outcome.warnings == [
        IndexedWarning(
            0,
            "IDENTIFIER_REFUSED",
            'The identifier "user_id": "null" is refused: this value identifies nobody.',
        ),
        IndexedWarning(
            0,
            "IDENTIFIER_REFUSED",
            'The identifier "cookie_id": "0000-0000" is refused: this value identifies nobody.',
        ),
    ]
    assert [(one.event.id, one.target) for one in await world.entries()] == [("e1", None)]
    assert (await world.documents("profiles"), await world.registry()) == ([], {})


async def test_junk_joins_nobody(world: World) -> None:
    await world.ingest(
        an_event("e1", user_id="undefined", cookie_id="c1"),
        an_event("e2", user_id="undefined", cookie_id="c2"),
    )

    found = sorted(sorted(one.identifiers) for one in (await world.folds()).values())
    assert found == [["cookie_id:c1"], ["cookie_id:c2"]]


async def test_identifier_that_is_too_long_is_not_truncated(world: World) -> None:
    await world.ingest(about("e1", "user_id:" + "x" * 256), about("e2", "user_id:" + "x" * 257))

    assert list(await world.registry()) == ["user_id:" + "x" * 256]
    assert [one.event.id for one in await world.entries()] == ["e1", "e2"]


async def test_types_and_case_tell_identifiers_apart(world: World) -> None:
    await world.ingest(
        about("e1", "user_id:x"), about("e2", "cookie_id:x"), about("e3", "user_id:X")
    )

    assert len(await world.living()) == 3
    assert sorted(await world.registry()) == ["cookie_id:x", "user_id:X", "user_id:x"]


async def test_value_with_colons_is_one_value(world: World) -> None:
    await world.ingest(about("e1", "user_id:a:b"), about("e2", "email:user_id:a:b"))

    assert sorted(await world.registry()) == ["email:user_id:a:b", "user_id:a:b"]
    assert len(await world.living()) == 2
