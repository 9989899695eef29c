"""What a schema says of its fields, types and rows, so that they can be compiled.

The names in capitals are keys of a field's metadata.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

import strawberry

PURE: Final = "pure"
"""Its resolver only reads the row."""

PATH: Final = "path"
"""Its resolver is ``path_reader`` of this path."""

THROUGH: Final = "through"
"""The pure function that its ``path_reader`` shows what it finds through."""

SHARED: Final = "shared"
"""Many rows have its value, an object, in common."""

TOGETHER: Final = "together"
"""A function ``(info, rows, arguments)``, which reads the values of all rows of a list at once, and
uses of ``info`` the context and what is selected."""

TOLD_BY: Final = "told_by"

Path: TypeAlias = tuple[str, ...]
"""Keys that lead into a row."""

IsTypeOf = TypeVar("IsTypeOf", bound=Callable[..., bool])


def told_by(key: str) -> Callable[[IsTypeOf], IsTypeOf]:
    """Says of a type's ``is_type_of`` that it finds the name of the type under this key."""

    def mark(is_type_of: IsTypeOf) -> IsTypeOf:
        setattr(is_type_of, TOLD_BY, key)
        return is_type_of

    return mark


def read_key(row: Any, name: str) -> object:  # noqa: ANN401  # rows, and the odd object of a library
    """The default resolver that compiled code stands for."""
    return row.get(name) if type(row) is dict else getattr(row, name)


def path_reader(path: Path, through: Callable[[Any], Any] | None = None) -> Callable[..., Any]:
    """A resolver that follows a path; where there is nothing on the way, its value is null."""

    def read(root: strawberry.Parent[dict[str, Any]]) -> Any:  # noqa: ANN401  # any value of a row
        value: Any = root
        for key in path:
            value = None if value is None else value.get(key)
        return value if value is None or through is None else through(value)

    return read
