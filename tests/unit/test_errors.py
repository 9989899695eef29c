"""The tree of errors: drawn in full, and told apart by their codes."""

import re
from collections.abc import Iterator

import app.errors
from app.errors import InputError, ProfileGraphError, RetryError, ValueRefusedError


def below(root: type[ProfileGraphError]) -> Iterator[type[ProfileGraphError]]:
    for one in root.__subclasses__():
        yield one
        yield from below(one)


def test_docstring_draws_every_error_with_its_code() -> None:
    drawn = dict(re.findall(r"─ (\w+Error) +([A-Z_]{3,})\b", app.errors.__doc__ or ""))
    leaves = {one for one in below(ProfileGraphError) if not one.__subclasses__()}

    assert drawn == {one.__name__: one.code for one in leaves}


def test_codes_are_unique() -> None:
    codes = [one.code for one in below(ProfileGraphError)]

    assert sorted(codes) == sorted(set(codes))


def test_input_can_be_mended_and_the_rest_sent_again() -> None:
    assert set(ProfileGraphError.__subclasses__()) >= {InputError, RetryError}


def test_value_in_a_message_is_short_and_on_one_line() -> None:
    assert str(ValueRefusedError("a\n\x00é" + "x" * 100, "a number")) == (
        '"a\\n\\x00\\xe9' + "x" * 53 + '..." is not a number.'
    )
    assert str(ValueRefusedError(None, "a number")) == '"None" is not a number.'
