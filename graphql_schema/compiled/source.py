"""From the shape of a value to the function that completes it."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from graphql import GraphQLEnumType, GraphQLLeafType

from graphql_schema.compiled.columns import Cells, cells_of
from graphql_schema.compiled.declaring import TOLD_BY, Path
from graphql_schema.compiled.leaves import coercing, names_of, stay, stays_test, taken, text_stays
from graphql_schema.compiled.lines import Compiled, Lines
from graphql_schema.compiled.private import definition_of
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
    parent_name,
)

Places: TypeAlias = dict[Path, str]
"""The variables of a row and of what lies in it, by where it lies."""


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


class _Writer(Lines):
    """Knows how values are completed; each of its functions writes the lines for one kind."""

    def value(self, shape: Shape, name: str) -> None:
        """Complete the value in the variable ``name``."""
        content = shape.content
        if isinstance(content, Leaf) and (test := self.stays(content.type)):
            coerced = self.known_as("coerced", coercing(content.type))
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

    def stays(self, leaf: GraphQLLeafType) -> str | None:
        """The test that a value may stay as it is, where there is one."""
        kinds = stay(leaf)
        if not kinds:
            return stays_test(leaf)
        likely = "type({0}) is str or " if str in kinds else ""
        return f"{likely}type({{0}}) in {self.known_as('kinds', kinds)}"

    def leaf(self, leaf: GraphQLLeafType, name: str) -> None:
        if isinstance(leaf, GraphQLEnumType):
            names = self.known_as("names", names_of(leaf))
            coerced = self.known_as("coerced", coercing(leaf))
            self.line(f"{name} = {names}.get(id({name})) or {coerced}({name})")
            return
        coerced = self.known_as("coerced", coercing(leaf))
        if kind := taken(leaf):
            serialize = self.known_as("serialize", leaf.coerce_output_value)
            known = self.known_as("kind", kind)
            coerced = f"({serialize} if type({name}) is {known} else {coerced})"
        self.line(f"{name} = {coerced}({name})")

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
        known, done = self.at_first("shared", "{}"), self.name("done")
        self.line(f"{done} = {known}.get(id({name}))")
        with self.block(f"if {done} is None:"):
            self.line(f"{done} = [{name}]")
            self.row(row, name)
            self.line(f"{done}.append({name})")
            self.line(f"{known}[id({done}[0])] = {done}")
        self.line(f"{name} = {done}[1]")

    def row(self, row: Row, name: str) -> None:
        if key := getattr(row.type.is_type_of, TOLD_BY, None):
            told = f"type({name}) is dict and {name}.get({key!r}) == {row.type.name!r}"
            self.line(f"if not ({told}): raise SurpriseError")
        elif row.type.is_type_of:
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
        if isinstance(member, Computed) and (cells := cells_of(member, compile_members)):
            return self.cells(member, cells, places)
        name = self.name("field")
        read = (
            self.read(member.path, places, needed=not member.shape.nullable)
            if isinstance(member, Stored)
            else self.call(member, places[()])
        )
        self.line(f"{name} = {read}")
        if isinstance(member, Stored) and member.through:
            through = self.known_as("through", member.through)
            self.line(f"if {name} is not None: {name} = {through}({name})")
        self.value(member.shape, name)
        return name

    def read(self, path: Path, places: Places, *, needed: bool = False) -> str:
        """The expression for the value at a path; what leads there is read once for all fields."""
        *before, key = path
        way = self.place(tuple(before), places)
        if needed:
            return f"{way}[{key!r}]"
        unless_null = f"None if {way} is None else " if before else ""
        return f"{unless_null}{way}.get({key!r})"

    def place(self, path: Path, places: Places) -> str:
        """The variable that holds what stands at a path."""
        if path not in places:
            found = self.name("place")
            self.line(f"{found} = {self.read(path, places)}")
            places[path] = found
        return places[path]

    def call(self, member: Computed, row: str) -> str:
        known = definition_of(member.definition)
        assert known, "only fields of Strawberry are computed"
        assert known.base_resolver, "computed fields have a resolver"
        resolver = self.known_as("resolver", known.base_resolver.wrapped_func)
        parent = parent_name(known.base_resolver)
        if not known.arguments:
            return f"{resolver}({parent}={row})"
        return f"{resolver}({parent}={row}, **{self.arguments_of(member)})"

    def cells(self, member: Computed, cells: Cells, places: Places) -> str:
        """Make the items of a list right in the shape of the answer."""
        source, done = self.name("source"), self.name("done")
        states = self.place(cells.columns.states, places)
        known, table = self.at_first("known", "NOTHING"), self.at_first("table", "()")
        tabled, arguments = self.known_as("tabled", cells.tabled), self.arguments_of(member)
        self.line(f"{source} = {places[()]}[{cells.columns.source!r}]")
        with self.block(f"if {source} is not {known}:"):
            self.line(f"{known}, {table} = {source}, {tabled}({source}, {arguments})")
        self.line(f"{done} = []")
        names = {one.response_name: self.name("cell") for one in cells.row.members}
        key, plain, of, state = map(self.name, ("key", "plain", "of", "state"))
        heads = (key, plain, of, *(names[one.response_name] for one in cells.same))
        with self.block(f"for {', '.join(heads)} in {table} if {states} is not None else ():"):
            self.line(f"{state} = {states}.get({key})")
            self.line(f"if {state} is None: continue")
            self.cell(cells, names, (plain, of, state))
            entries = [f"{one!r}: {name}" for one, name in names.items()]
            self.line(f"{done}.append({{{', '.join(entries)}}})")
        if not isinstance(member.shape.content, Items):
            self.line(f"{done} = {done}[0] if {done} else None")
        return done

    def cell(self, cells: Cells, names: Mapping[str, str], made: tuple[str, str, str]) -> None:
        """What is made of one state: of most only a text, which takes no item between."""
        plain, of, state = made
        text, item = self.name("text"), self.name("item")
        with self.block(f"if {plain} is not None and type({text} := {state}[{plain}]) is str:"):
            for one in cells.varying:
                name = names[one.response_name]
                self.text(one.shape, name, text if one.path[0] == cells.columns.plain else None)
            self.line("" if cells.varying else "pass")
        with self.block("else:"):
            self.line(f"{item} = {of}({state})")
            for one in cells.varying:
                self.line(f"{names[one.response_name]} = {self.member(one, {(): item})}")

    def text(self, shape: Shape, name: str, text: str | None) -> None:
        """Complete the value of a field that is this text, or null."""
        self.line(f"{name} = {text}")
        if not text or not isinstance(shape.content, Leaf) or not text_stays(shape.content.type):
            self.value(shape, name)
