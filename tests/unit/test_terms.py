"""What full-text search finds a text by."""

import pytest

from app.attributes.terms import MAX_WORD, MAX_WORDS, country_terms, terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana Müller", ("ana", "muller")),
        ("Großmann", ("grossmann",)),
        ("ana.mueller+x@example.com", ("ana", "mueller", "x", "example", "com")),
        ("São  Paulo\n", ("sao", "paulo")),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}BC", ("abc",)),
        ("東京 タワー", ("東京", "タワー")),
        ("snake_case-and-kebab", ("snake_case", "and", "kebab")),
        ("İstanbul", ("istanbul",)),
        ("", ()),
        (" .*$ ", ()),
        ("x" * 100, ("x" * MAX_WORD,)),
        ("a " * 100, ("a",) * MAX_WORDS),
    ],
)
def test_words_have_no_case_and_no_accents(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


def test_terms_are_words_or_all_their_later_parts_of_three_letters() -> None:
    assert terms("Ana Smith", with_parts=False) == {"ana", "smith"}
    assert terms("Ana Smith", with_parts=True) == {"ana", "smith", "mith", "ith"}


def test_countries_are_found_by_code_and_name() -> None:
    assert country_terms("BR") == {"br", "brazil"}
