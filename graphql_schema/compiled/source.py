"""From the shape of a value to the function that completes it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
)

from graphql_schema.compiled.shapes import (
    Computed,
    Items,
    Leaf,
    Left,
    Member,
    Row,
    Shape,
    Stored,
    Typename,
    definition_of,
    parent_name,
)

Complete = Callable[[Any, Sequence[dict[str, Any]]], Any]
"""Completes a value; the arguments of its computed fields come in their order."""


class SurpriseError(Exception):
    """Something that only the stock executor knows how to deal with."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A function, and the fields whose arguments it needs."""

    complete: Complete
    computed: tuple[Computed, ...]


def compile_members(members: Sequence[Member]) -> Compiled | None:
    """The function that completes an object from its row; what is left stands as None."""
    writer = _Writer()
    writer.members(members, "value")
    return writer.compiled()


def compile_shape(shape: Shape) -> Compiled | None:
    """The function that completes a whole value."""
    writer = _Writer()
    writer.value(shape, "value")
    return writer.compiled()


_AS_THEY_ARE: dict[GraphQLLeafType, str] = {
    GraphQLString: "type({0}) is str",
    GraphQLID: "type({0}) is str",
    GraphQLBoolean: "type({0}) is bool",
    GraphQLInt: "type({0}) is int and -2147483648 <= {0} <= 2147483647",
    GraphQLFloat: "type({0}) is float and {0} - {0} == 0.0",
}
"""The test that a value needs no coercion; ``x - x`` is not zero for infinities and NaN."""

_VALUES = frozenset({str, int, float, bool, dict, list, tuple, Decimal, datetime, date, time, UUID})
"""Types of which no value is an exception or has to be awaited."""


def _coercing(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    coerce = leaf.coerce_output_value

    def coerced(value: Any) -> Any:  # noqa: ANN401  # any value of a row
        result = coerce(value) if type(value) in _VALUES else None
        if result is None:
            raise SurpriseError
        return result

    return coerced


@dataclass(slots=True)
class _Writer:
    """Writes a function line by line; what it refers to is named in ``globals``."""

    lines: list[str] = field(default_factory=lambda: ["def complete(value, arguments):"])
    globals: dict[str, Any] = field(default_factory=lambda: {"SurpriseError": SurpriseError})
    computed: list[Computed] = field(default_factory=list)
    depth: int = 1
    names: int = 0

    def compiled(self) -> Compiled | None:
        self.line("return value")
        try:
            exec("\n".join(self.lines), self.globals)  # noqa: S102  # made here, of names alone
        except SyntaxError:  # Python nests loops 20 deep at most
            return None
        return Compiled(self.globals["complete"], tuple(self.computed))

    def line(self, text: str) -> None:
        self.lines.append(f"{'    ' * self.depth}{text}")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.line(head)
        self.depth += 1
        yield
        self.depth -= 1

    def name(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def known_as(self, prefix: str, thing: object) -> str:
        name = self.name(prefix)
        self.globals[name] = thing
        return name

    def value(self, shape: Shape, name: str) -> None:
        """Complete the value in the variable ``name``."""
        if not shape.nullable:
            self.content(shape.content, name)
            return
        with self.block(f"if {name} is not None:"):
            self.content(shape.content, name)

    def content(self, content: Leaf | Items | Row, name: str) -> None:
        match content:
            case Leaf(type=GraphQLEnumType() as leaf):
                self.enum(leaf, name)
            case Leaf(type=leaf):
                self.scalar(leaf, name)
            case Items(item=item):
                self.items(item, name)
            case Row():
                self.row(content, name)

    def scalar(self, leaf: GraphQLLeafType, name: str) -> None:
        coerced = f"{name} = {self.known_as('coerced', _coercing(leaf))}({name})"
        as_it_is = _AS_THEY_ARE.get(leaf)
        self.line(f"if not ({as_it_is.format(name)}): {coerced}" if as_it_is else coerced)

    def enum(self, leaf: GraphQLEnumType, name: str) -> None:
        kind = getattr(leaf, "wrapped_cls", None)
        coerced = self.known_as("coerced", _coercing(leaf))
        if kind is None:
            self.line(f"{name} = {coerced}({name})")
            return
        table = self.known_as("names", {one: leaf.coerce_output_value(one) for one in kind})
        is_member = f"type({name}) is {self.known_as('kind', kind)}"
        self.line(f"{name} = {table}[{name}] if {is_member} else {coerced}({name})")

    def items(self, item: Shape, name: str) -> None:
        one, done = self.name("one"), self.name("done")
        self.line(f"if type({name}) is not list and type({name}) is not tuple: raise SurpriseError")
        self.line(f"{done} = []")
        with self.block(f"for {one} in {name}:"):
            self.value(item, one)
            self.line(f"{done}.append({one})")
        self.line(f"{name} = {done}")

    def row(self, row: Row, name: str) -> None:
        if row.type.is_type_of:
            check = self.known_as("is_type_of", row.type.is_type_of)
            self.line(f"if {check}({name}, None) is not True: raise SurpriseError")
        self.members(row.members, name)

    def members(self, members: Sequence[Member], row: str) -> None:
        """Complete the row in the variable ``row``."""
        self.line(f"if type({row}) is not dict: raise SurpriseError")
        get = self.name("get")
        self.line(f"{get} = {row}.get")
        entries = [f"{one.response_name!r}: {self.member(one, row, get)}" for one in members]
        self.line(f"{row} = {{{', '.join(entries)}}}")

    def member(self, member: Member, row: str, get: str) -> str:
        """The expression for a member's completed value."""
        if isinstance(member, Typename | Left):
            return repr(member.name) if isinstance(member, Typename) else "None"
        name = self.name("field")
        if isinstance(member, Stored):
            self.line(f"{name} = {get}({member.key!r})")
        else:
            self.line(f"{name} = {self.call(member, row)}")
        self.value(member.shape, name)
        return name

    def call(self, member: Computed, row: str) -> str:
        known = definition_of(member.definition)
        assert known, "only fields of Strawberry are computed"
        assert known.base_resolver, "computed fields have a resolver"
        resolver = self.known_as("resolver", known.base_resolver.wrapped_func)
        self.computed.append(member)
        arguments = (
            f"{parent_name(known.base_resolver)}={row}, **arguments[{len(self.computed) - 1}]"
        )
        return f"{resolver}({arguments})"
