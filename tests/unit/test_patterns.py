"""Patterns of what people write: each text stands for itself, and only ``*`` for anything."""

import re

import pytest

from app.patterns import beginning, containing, wildcard


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        (containing("a.c"), ["a.c", "xa.cx"], ["abc", ""]),
        (containing("\0"), ["a\0b"], ["ab"]),
        (beginning("$x"), ["$x", "$xy"], ["a$x", "\n$x"]),
        (wildcard("cart"), ["cart"], ["cart\n", "carts", "a cart"]),
        (wildcard("a*c"), ["ac", "abc", "a\nc"], ["abcd", "ab"]),
        (wildcard("*b*"), ["b", "abc"], ["ac"]),
        (wildcard("a*b*b"), ["abb", "axbxb"], ["ab"]),
        (wildcard("*"), ["", "\n", "anything"], []),
        (wildcard("**"), ["", "x"], []),
    ],
)
def test_pattern_matches(pattern: str, matching: list[str], others: list[str]) -> None:
    assert [one for one in matching if not re.search(pattern, one)] == []
    assert [one for one in others if re.search(pattern, one)] == []


def test_no_pattern_comes_back_to_what_was_found() -> None:
    """One that did would be at it for years."""
    assert not re.search(wildcard("*a" * 120 + "b"), "a" * 4000)
