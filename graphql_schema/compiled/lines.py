"""A function that is written line by line, and then compiled."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from graphql_schema.compiled.leaves import VALUES, SurpriseError
from graphql_schema.compiled.shapes import Computed

Complete = Callable[[Any, Sequence[dict[str, Any]]], Any]
"""Completes a value; the arguments of its computed fields come in their order."""

_KNOWN: Final[dict[str, Any]] = {
    "SurpriseError": SurpriseError,
    "VALUES": VALUES,
    "NOTHING": object(),
}
"""What every function refers to."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A function, and the fields whose arguments it needs."""

    complete: Complete
    computed: tuple[Computed, ...]


@dataclass(slots=True)
class Lines:
    """The lines of ``complete(value, arguments)``; what they refer to is named in ``globals``."""

    lines: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    globals: dict[str, Any] = field(default_factory=lambda: dict(_KNOWN))
    computed: list[Computed] = field(default_factory=list)
    depth: int = 1
    names: int = 0

    def compiled(self) -> Compiled | None:
        """The function; None where it cannot be: Python nests loops 20 deep at most."""
        first = [f"    {one}" for one in self.first]
        text = ["def complete(value, arguments):", *first, *self.lines, "    return value"]
        try:
            exec("\n".join(text), self.globals)  # noqa: S102  # made here, of names alone
        except SyntaxError:
            return None
        return Compiled(self.globals["complete"], tuple(self.computed))

    def line(self, text: str) -> None:
        """One more line, at this depth."""
        self.lines.append(f"{'    ' * self.depth}{text}")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Lines that belong to this one."""
        self.line(head)
        self.depth += 1
        yield
        self.depth -= 1

    def name(self, prefix: str) -> str:
        """A name that is not taken."""
        self.names += 1
        return f"{prefix}{self.names}"

    def known_as(self, prefix: str, thing: object) -> str:
        """The name by which the function knows a thing."""
        name = self.name(prefix)
        self.globals[name] = thing
        return name

    def at_first(self, prefix: str, expression: str) -> str:
        """The name of a variable that is set before all else."""
        name = self.name(prefix)
        self.first.append(f"{name} = {expression}")
        return name

    def arguments_of(self, field_: Computed) -> str:
        """The expression for the arguments of a computed field."""
        self.computed.append(field_)
        return f"arguments[{len(self.computed) - 1}]"
