"""Templates: texts with columns in braces, bound to the columns of one file. Pure.

``{column}`` stands for a cell and ``{a * b}`` for the exact product of two, unless a column has
that very name; ``{{`` and ``}}`` are braces. Where a cell is empty the whole template gives
nothing: half an identifier would join strangers.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from typing import TypeAlias

from app.errors import MappingError

Cells: TypeAlias = Sequence[str]
Reading: TypeAlias = Callable[[Cells], object]
"""What a template makes of the cells of a row; None is nothing."""

_Text: TypeAlias = Callable[[Cells], str]

_TOKEN = re.compile(r"(\{\{|\}\}|\{[^{}]+\})")
_TIMES = " * "
_EXACT = Context(prec=34, traps=[Inexact, InvalidOperation])


class Columns:
    """The columns of a file, by name."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._places = {name: place for place, name in enumerate(names)}
        self._repeated = {name for name, count in Counter(names).items() if count > 1}

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def place(self, name: str, where: str) -> int:
        """The place of a column; ``where`` in the mapping it was asked for."""
        if name in self._repeated:
            raise MappingError(where, f'the file has more than one column "{name}"')
        if name not in self._places:
            has = ", ".join(self.names)
            raise MappingError(where, f'the file has no column "{name}"; it has {has}')
        return self._places[name]


def bind(template: object, columns: Columns, where: str) -> Reading:
    """The template as a function of a row; objects and lists leave out what gives nothing."""
    if isinstance(template, str):
        return _bind_text(template, columns, where)
    if isinstance(template, dict):
        fields = {key: bind(one, columns, f"{where}.{key}") for key, one in template.items()}
        return _object(fields)
    if isinstance(template, list):
        places = [bind(one, columns, f"{where}[{i}]") for i, one in enumerate(template)]
        return lambda cells: [one for read in places if (one := read(cells)) is not None] or None
    return lambda _: template


def is_constant(template: str) -> bool:
    """Whether a text names no column."""
    return not any(map(_placeholder, _TOKEN.split(template)))


def _object(fields: dict[str, Reading]) -> Reading:
    readings = tuple(fields.items())

    def read(cells: Cells) -> object:
        found = ((key, reading(cells)) for key, reading in readings)
        return {key: one for key, one in found if one is not None} or None

    return read


def _bind_text(template: str, columns: Columns, where: str) -> Reading:
    parts = [_part(token, columns, where) for token in _TOKEN.split(template) if token]
    if len(parts) == 1:
        (only,) = parts
        return lambda cells: only(cells) or None
    return _joined(parts)


def _joined(parts: Sequence[_Text]) -> Reading:
    def read(cells: Cells) -> str | None:
        texts = [part(cells) for part in parts]
        return "".join(texts) if texts and all(texts) else None

    return read


def _part(token: str, columns: Columns, where: str) -> _Text:
    name = _placeholder(token)
    if name is None:
        text = _literal(token, where)
        return lambda _: text
    if name in columns or _TIMES not in name:
        place = columns.place(name, where)
        return lambda cells: cells[place]
    return _product([columns.place(factor.strip(), where) for factor in name.split(_TIMES)])


def _placeholder(token: str) -> str | None:
    inner = token[1:-1].strip()
    return inner if token.startswith("{") and token.endswith("}") and inner else None


def _literal(token: str, where: str) -> str:
    if token in ("{{", "}}"):
        return token[0]
    if "{" in token or "}" in token:
        raise MappingError(where, f'"{token}" has a brace without its other; {{{{ is a brace')
    return token


def _product(places: Sequence[int]) -> _Text:
    def read(cells: Cells) -> str:
        factors = [cells[place] for place in places]
        return multiplied(factors) if all(factors) else ""

    return read


def multiplied(factors: Sequence[str]) -> str:
    """The exact product as text.

    What cannot be multiplied stays as it is written, so that an attribute of numbers refuses it
    with a warning that shows it.
    """
    product = Decimal(1)
    try:
        for factor in factors:
            product = _EXACT.multiply(product, Decimal(factor))
    except DecimalException:
        return _TIMES.join(factors)
    return str(product)
