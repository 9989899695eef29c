"""From the text of a search to its terms, or to the error that says what is wrong where. Pure.

The language is that of Datadog's search bars: ``AND`` is implied, ``OR``, ``-`` and ``NOT``,
``@attribute:value``, ``*`` for any text, ``>`` ``>=`` ``<`` ``<=``, ``[a TO b]``, quotes, and a
backslash before a character that would mean something.
"""

import re
from collections.abc import Iterator
from typing import cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput

from app.errors import SearchInvalidError
from app.search import model

MAX_LENGTH = 4096
"""Characters of a search: more than anybody types."""

MAX_TERMS = 100

_GRAMMAR = r"""
?start: disjunction?
?disjunction: conjunction (_OR conjunction)*
?conjunction: term (_AND? term)*
?term: _NOT term             -> negation
     | "(" disjunction ")"
     | FIELD operand         -> facet
     | _value                -> text
?operand: COMPARISON WORD         -> compared
        | "[" WORD _TO WORD "]"   -> within
        | _value                  -> same
        | "(" _value (_OR _value)* ")" -> same
_value: WORD | QUOTED
_OR.3: /OR(?=[\s(])/
_AND.3: /AND(?=[\s(])/
_NOT.3: /NOT(?=[\s(])|-/
_TO.3: /TO(?=\s)/
FIELD.2: /@?[A-Za-z_][\w.\-]*:/
COMPARISON.2: /[<>]=?/
QUOTED: /"(\\.|[^"\\])*"/s
WORD: /(\\.|[^\s()"\[\]\\])+/s
%ignore /\s+/
"""

_PIECE = re.compile(r"\\(.)|(\*)|([^\\*]+)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parse_search(text: str, path: tuple[str, ...]) -> model.Term:
    """What the text at this place of the input means; nothing but space means everything."""
    if len(text) > MAX_LENGTH:
        raise SearchInvalidError(path, MAX_LENGTH, f"a search has at most {MAX_LENGTH} characters")
    try:
        term = cast("model.Term", _PARSER.parse(text))
    except UnexpectedInput as unexpected:
        raise _error(text, path, unexpected) from unexpected
    if sum(1 for _ in _leaves(term)) > MAX_TERMS:
        raise SearchInvalidError(path, 0, f"a search has at most {MAX_TERMS} terms")
    return term


def _error(text: str, path: tuple[str, ...], unexpected: UnexpectedInput) -> SearchInvalidError:
    token = getattr(unexpected, "token", None)
    if token is not None and token.type == "$END":
        return SearchInvalidError(path, len(text), "something is missing here")
    place = cast("int", unexpected.pos_in_stream)
    if isinstance(unexpected, UnexpectedCharacters) and text[place] == '"':
        return SearchInvalidError(path, place, "this quotation mark has no second one")
    return SearchInvalidError(path, place, f"{text[place]!r} is not expected here")


def _leaves(term: model.Term) -> Iterator[model.Facet | model.Text]:
    waiting = [term]
    while waiting:
        match waiting.pop():
            case model.All(terms=terms) | model.Any(terms=terms):
                waiting.extend(terms)
            case model.Not(term=negated):
                waiting.append(negated)
            case (model.Facet() | model.Text()) as leaf:
                yield leaf


@v_args(inline=True)
class _Terms(Transformer[Token, model.Term]):
    """Makes terms while the text is read, so that no nesting is too deep."""

    def start(self) -> model.Term:
        return model.All(())

    def disjunction(self, *terms: model.Term) -> model.Term:
        return model.Any(terms)

    def conjunction(self, *terms: model.Term) -> model.Term:
        return model.All(terms)

    def negation(self, term: model.Term) -> model.Term:
        return term.term if isinstance(term, model.Not) else model.Not(term)

    def facet(self, field: Token, test: model.Test) -> model.Term:
        return model.Facet(field[:-1], test)

    def text(self, value: Token) -> model.Term:
        return model.Text(_pattern(value))

    def same(self, *values: Token) -> model.Test:
        return model.Same(tuple(map(_pattern, values)))

    def compared(self, comparison: Token, bound: Token) -> model.Test:
        return model.Compared(model.Comparison(comparison), _plain(bound))

    def within(self, least: Token, most: Token) -> model.Test:
        return model.Within(*(None if one == "*" else _plain(one) for one in (least, most)))


def _pattern(value: Token) -> model.Pattern:
    """What was quoted or escaped is text; every other ``*`` stands for anything."""
    if value.type == "QUOTED":
        return model.Pattern((_plain(value[1:-1]),))
    pieces = [""]
    for escaped, star, plain in _PIECE.findall(value):
        if star:
            pieces.append("")
        else:
            pieces[-1] += escaped or plain
    return model.Pattern(tuple(pieces))


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


_PARSER = Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False, transformer=_Terms())
