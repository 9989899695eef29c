"""Fields whose resolver answers rows, declared with the type that clients see."""

from collections.abc import Callable
from typing import Any

import strawberry


def served(kind: object, resolver: Callable[..., Any], description: str) -> Any:  # noqa: ANN401  # the class decorator reads it
    """A field of this type; the resolver's rows stand for its values."""
    return strawberry.field(resolver=resolver, graphql_type=kind, description=description)
