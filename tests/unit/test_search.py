"""Searches: how their text becomes terms, and what is said of text that cannot be read."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import SearchInvalidError
from app.search.model import (
    All,
    Any,
    Compared,
    Comparison,
    Facet,
    Not,
    Pattern,
    Same,
    Term,
    Text,
    Within,
)
from app.search.parse import MAX_LENGTH, MAX_TERMS, parse_search


def same(field: str, *texts: str) -> Facet:
    """The field is one of these texts; ``*`` is anything."""
    return Facet(field, Same(tuple(Pattern(tuple(one.split("*"))) for one in texts)))


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("", All(())),
        ("  ", All(())),
        ("@usr.id:user_123", same("@usr.id", "user_123")),
        (
            "@usr.id:user_123 service:checkout status:error",
            All(
                (
                    same("@usr.id", "user_123"),
                    same("service", "checkout"),
                    same("status", "error"),
                )
            ),
        ),
        (
            "@account.id:premium_* AND status:error",
            All((same("@account.id", "premium_*"), same("status", "error"))),
        ),
        (
            "@usr.id:vip_user_* @duration:>5s",
            All(
                (
                    same("@usr.id", "vip_user_*"),
                    Facet("@duration", Compared(Comparison.GT, "5s")),
                )
            ),
        ),
        (
            "@session.frustration.count:>0 @type:session",
            All(
                (
                    Facet("@session.frustration.count", Compared(Comparison.GT, "0")),
                    same("@type", "session"),
                )
            ),
        ),
        (
            "a OR b c",
            Any((Text(Pattern(("a",))), All((Text(Pattern(("b",))), Text(Pattern(("c",))))))),
        ),
        ("-status:error", Not(same("status", "error"))),
        ("--a", Text(Pattern(("a",)))),
        ("-" * 4095 + "a", Not(Text(Pattern(("a",))))),
        ("NOT (a OR b)", Not(Any((Text(Pattern(("a",))), Text(Pattern(("b",))))))),
        ("@x:(a OR b*)", same("@x", "a", "b*")),
        ("@x:[1 TO 5]", Facet("@x", Within("1", "5"))),
        ("@x:[-5 TO *]", Facet("@x", Within("-5", None))),
        ("@x:<=-3", Facet("@x", Compared(Comparison.LTE, "-3"))),
        ("@x:-5", same("@x", "-5")),
        ("@x:*", Facet("@x", Same((Pattern(("", "")),)))),
        (r"@x:a\*b", Facet("@x", Same((Pattern(("a*b",)),)))),
        ('@x:"a * \\"b\\" c"', Facet("@x", Same((Pattern(('a * "b" c',)),)))),
        ("@view.name:/cart", same("@view.name", "/cart")),
        ("@url:http://x.example/a", same("@url", "http://x.example/a")),
        (r"http\:x", Text(Pattern(("http:x",)))),
        ("ORx ANDy", All((Text(Pattern(("ORx",))), Text(Pattern(("ANDy",)))))),
    ],
)
def test_search_means(text: str, term: Term) -> None:
    assert parse_search(text, ("query",)) == term


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(a", "character 3: something is missing here"),
        ("@x:", "character 4: something is missing here"),
        ("@x:>", "character 5: something is missing here"),
        ("a )", "character 3: ')' is not expected here"),
        ("@x:[1 5]", "character 7: '5' is not expected here"),
        ('@x:"abc', "character 4: this quotation mark has no second one"),
        ("a\\", "character 2: '\\\\' is not expected here"),
        ("a" * (MAX_LENGTH + 1), "character 4097: a search has at most 4096 characters"),
        ("a " * (MAX_TERMS + 1), "character 1: a search has at most 100 terms"),
    ],
)
def test_search_that_cannot_be_read_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(SearchInvalidError) as raised:
        parse_search(text, ("filter", "query"))

    assert str(raised.value) == f"filter.query, {message}."


@given(st.text(alphabet='ab*@:()[]<>="\\- ORANDT', max_size=60))
def test_any_text_is_a_search_or_an_error_of_ours(text: str) -> None:
    with suppress(SearchInvalidError):
        assert isinstance(parse_search(text, ()), Term)


def test_nesting_is_as_deep_as_anybody_can_type() -> None:
    deep = MAX_LENGTH // 2 - 1
    assert parse_search("(" * deep + "a" + ")" * deep, ()) == Text(Pattern(("a",)))


@given(st.text(min_size=1, max_size=50))
def test_quoted_text_means_itself(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')

    assert parse_search(f'@x:"{quoted}"', ()) == Facet("@x", Same((Pattern((text,)),)))
