"""The one argument of every mutation."""

from typing import Annotated, TypeVar

import strawberry

T = TypeVar("T")
InputArgument = Annotated[T, strawberry.argument(description="All that the mutation needs.")]
