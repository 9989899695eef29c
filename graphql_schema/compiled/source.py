"""From the shape of a value to the function that completes it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeAlias, TypeVar
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

from graphql_schema.compiled.private import definition_of, members_of
from graphql_schema.compiled.shapes import (
    Computed,
    Items,
    Leaf,
    Left,
    Member,
    Path,
    Row,
    Shape,
    Stored,
    Typename,
    parent_name,
)

Serialize = TypeVar("Serialize", bound=Callable[[Any], Any])

Complete = Callable[[Any, Sequence[dict[str, Any]]], Any]
"""Completes a value; the arguments of its computed fields come in their order."""


Places: TypeAlias = dict[Path, str]
"""The variables of a row and of what lies in it, by where it lies."""


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


_LEFT = "leaves_as_they_are"


def leaves(*kinds: type) -> Callable[[Serialize], Serialize]:
    """Says of a scalar's ``serialize`` that it returns values of these types as they are."""

    def mark(serialize: Serialize) -> Serialize:
        setattr(serialize, _LEFT, frozenset(kinds))
        return serialize

    return mark


def _coercing(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    coerce = leaf.coerce_output_value

    def coerced(value: Any) -> Any:  # noqa: ANN401  # any value of a row
        result = coerce(value) if type(value) in _VALUES else None
        if result is None:
            raise SurpriseError
        return result

    return coerced


def _names(leaf: GraphQLEnumType) -> dict[int, Any]:
    """The names of an enum's members by their identity: to hash a member takes Python code."""
    return {id(one): leaf.coerce_output_value(one) for one in members_of(leaf)}


_KNOWN: Final[dict[str, Any]] = {"SurpriseError": SurpriseError, "VALUES": _VALUES}
"""What every function refers to."""


@dataclass(slots=True)
class _Writer:
    """Writes a function line by line; what it refers to is named in ``globals``."""

    lines: list[str] = field(default_factory=lambda: ["def complete(value, arguments):"])
    shared: list[str] = field(default_factory=list)
    globals: dict[str, Any] = field(default_factory=lambda: dict(_KNOWN))
    computed: list[Computed] = field(default_factory=list)
    depth: int = 1
    names: int = 0

    def compiled(self) -> Compiled | None:
        self.line("return value")
        self.lines[1:1] = [f"    {name} = {{}}" for name in self.shared]
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
        content = shape.content
        if isinstance(content, Leaf) and (test := self.needs_nothing(content.type)):
            coerced = self.known_as("coerced", _coercing(content.type))
            unless_null = f" and {name} is not None" if shape.nullable else ""
            self.line(f"if not ({test.format(name)}){unless_null}: {name} = {coerced}({name})")
        elif shape.nullable:
            with self.block(f"if {name} is not None:"):
                self.content(content, name)
        else:
            self.content(content, name)

    def content(self, content: Leaf | Items | Row, name: str) -> None:
        match content:
            case Leaf(type=leaf):
                self.leaf(leaf, name)
            case Items(item=item):
                self.items(item, name)
            case Row(is_shared=True):
                self.shared_row(content, name)
            case Row():
                self.row(content, name)

    def needs_nothing(self, leaf: GraphQLLeafType) -> str | None:
        """The test that a value may stay as it is, where there is one."""
        kinds = getattr(leaf.coerce_output_value, _LEFT, None)
        if not kinds:
            return _AS_THEY_ARE.get(leaf)
        likely = "type({0}) is str or " if str in kinds else ""
        return f"{likely}type({{0}}) in {self.known_as('kinds', kinds)}"

    def leaf(self, leaf: GraphQLLeafType, name: str) -> None:
        if isinstance(leaf, GraphQLEnumType):
            names = self.known_as("names", _names(leaf))
            coerced = self.known_as("coerced", _coercing(leaf))
            self.line(f"{name} = {names}.get(id({name})) or {coerced}({name})")
            return
        self.line(f"if type({name}) not in VALUES: raise SurpriseError")
        self.line(f"{name} = {self.known_as('serialize', leaf.coerce_output_value)}({name})")
        self.line(f"if {name} is None: raise SurpriseError")

    def items(self, item: Shape, name: str) -> None:
        one, done = self.name("one"), self.name("done")
        self.line(f"if type({name}) is not list and type({name}) is not tuple: raise SurpriseError")
        self.line(f"{done} = []")
        with self.block(f"for {one} in {name}:"):
            self.value(item, one)
            self.line(f"{done}.append({one})")
        self.line(f"{name} = {done}")

    def shared_row(self, row: Row, name: str) -> None:
        """Complete a row that many have in common only once; the row is kept, and so its id."""
        known, done = self.name("shared"), self.name("done")
        self.shared.append(known)
        self.line(f"{done} = {known}.get(id({name}))")
        with self.block(f"if {done} is None:"):
            self.line(f"{done} = [{name}]")
            self.row(row, name)
            self.line(f"{done}.append({name})")
            self.line(f"{known}[id({done}[0])] = {done}")
        self.line(f"{name} = {done}[1]")

    def row(self, row: Row, name: str) -> None:
        if row.type.is_type_of:
            check = self.known_as("is_type_of", row.type.is_type_of)
            self.line(f"if {check}({name}, None) is not True: raise SurpriseError")
        self.members(row.members, name)

    def members(self, members: Sequence[Member], row: str) -> None:
        """Complete the row in the variable ``row``."""
        self.line(f"if type({row}) is not dict: raise SurpriseError")
        places: Places = {(): row}
        entries = [f"{one.response_name!r}: {self.member(one, places)}" for one in members]
        self.line(f"{row} = {{{', '.join(entries)}}}")

    def member(self, member: Member, places: Places) -> str:
        """The expression for a member's completed value."""
        if isinstance(member, Typename | Left):
            return repr(member.name) if isinstance(member, Typename) else "None"
        name = self.name("field")
        read = (
            self.read(member.path, places, needed=not member.shape.nullable)
            if isinstance(member, Stored)
            else self.call(member, places[()])
        )
        self.line(f"{name} = {read}")
        self.value(member.shape, name)
        return name

    def read(self, path: Path, places: Places, *, needed: bool = False) -> str:
        """The expression for the value at a path; what leads there is read once for all fields."""
        *before, key = path
        way = tuple(before)
        if way not in places:
            found = self.name("place")
            self.line(f"{found} = {self.read(way, places)}")
            places[way] = found
        if needed:
            return f"{places[way]}[{key!r}]"
        unless_null = f"None if {places[way]} is None else " if way else ""
        return f"{unless_null}{places[way]}.get({key!r})"

    def call(self, member: Computed, row: str) -> str:
        known = definition_of(member.definition)
        assert known, "only fields of Strawberry are computed"
        assert known.base_resolver, "computed fields have a resolver"
        resolver = self.known_as("resolver", known.base_resolver.wrapped_func)
        parent = parent_name(known.base_resolver)
        if not known.arguments:
            return f"{resolver}({parent}={row})"
        self.computed.append(member)
        return f"{resolver}({parent}={row}, **arguments[{len(self.computed) - 1}])"
