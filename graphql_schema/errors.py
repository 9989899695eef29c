"""What the caller did wrong, as data of a payload: the one place where it is turned into that."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

import strawberry

from app.errors import InputError
from graphql_schema.context import Info
from graphql_schema.rows import Row

P = ParamSpec("P")


@strawberry.type(description="Something in the input that the caller can mend.")
class UserError:
    code: str = strawberry.field(description="A stable code; the README lists them all.")
    message: str = strawberry.field(description="What is wrong, in words.")
    path: list[str] | None = strawberry.field(description="Where in the input it is wrong.")


Mutation = Callable[Concatenate[Info, P], Coroutine[Any, Any, Row]]


def told(empty: Callable[[], Row]) -> Callable[[Mutation[P]], Mutation[P]]:
    """Answer an input error with the payload that ``empty`` makes, and the error in ``errors``."""

    def wrap(mutate: Mutation[P]) -> Mutation[P]:
        @wraps(mutate)
        async def answer(info: Info, *args: P.args, **kwargs: P.kwargs) -> Row:
            try:
                return {"errors": [], **await mutate(info, *args, **kwargs)}
            except InputError as error:
                return {**empty(), "errors": [error_row(error)]}

        return cast("Mutation[P]", answer)  # its first argument is named too

    return wrap


def error_row(error: InputError) -> dict[str, Any]:
    """The error as a ``UserError``."""
    path = ["input", *error.path] if error.path else None
    return {"code": error.code, "message": str(error), "path": path}
