"""Fields whose resolver answers rows, declared with the type that clients see.

Resolvers that read the database run to their end, whatever becomes of the request: when one field
fails, graphql-core cancels those beside it, and a cancelled command of PyMongo may keep a lock
for ever under Python 3.11, so that no later request would be answered.
"""

import asyncio
from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

import strawberry

from app.storage.deadline import in_time
from graphql_schema.compiled.ahead import READS
from graphql_schema.compiled.columns import COLUMNS, Columns
from graphql_schema.compiled.declaring import (
    PATH,
    PURE,
    SHARED,
    THROUGH,
    TOGETHER,
    Path,
    path_reader,
)


def served(
    kind: object,
    resolver: Callable[..., Any],
    description: str,
    *,
    reads: object = None,
    related: bool = False,
) -> Any:  # noqa: ANN401  # the class decorator reads it
    """A field of this type; the resolver's rows stand for its values.

    ``reads``: what it reads of its row's document, where that is known; see ``projection``.
    ``related``: it needs but its ``root``, arguments and the context, so that the rows of a list
    may be asked at once.
    """
    safe = _to_the_end(resolver) if iscoroutinefunction(resolver) else resolver
    return strawberry.field(
        resolver=safe,
        graphql_type=kind,
        description=description,
        metadata={READS: reads} | ({TOGETHER: _of_rows(resolver)} if related else {}),
    )


def computed(
    kind: object,
    resolver: Callable[..., Any],
    description: str,
    *,
    reads: object = None,
    shared: bool = False,
    columns: Columns | None = None,
) -> Any:  # noqa: ANN401  # the class decorator reads it
    """A field of this type whose resolver only looks at the row, so that it can be compiled.

    ``reads``: as above. ``shared``: many rows are given the same object. ``columns``: what its
    resolver makes its items of.
    """
    return strawberry.field(
        resolver=resolver,
        graphql_type=kind,
        description=description,
        metadata={PURE: True, READS: reads, SHARED: shared, COLUMNS: columns},
    )


def stored(
    kind: object,
    path: Path,
    description: str,
    *,
    through: Callable[[Any], Any] | None = None,
    shared: bool = False,
) -> Any:  # noqa: ANN401  # the class decorator reads it
    """A field of this type whose value stands in the row, at a path.

    ``through``: it is shown through this pure function. ``shared``: as above.
    """
    return strawberry.field(
        resolver=path_reader(path, through),
        graphql_type=kind,
        description=description,
        metadata={PATH: path, THROUGH: through, SHARED: shared},
    )


def _of_rows(resolver: Callable[..., Any]) -> Callable[..., Any]:
    async def read(info: object, rows: list[Any], arguments: dict[str, Any]) -> list[Any]:
        return await asyncio.gather(*(resolver(info=info, root=row, **arguments) for row in rows))

    return _to_the_end(read)


def _to_the_end(resolver: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(resolver)
    async def resolve(*arguments: object, **options: object) -> object:
        running = asyncio.ensure_future(resolver(*arguments, **options))
        running.add_done_callback(_seen)
        return await in_time(running)

    return resolve


def _seen(running: "asyncio.Future[object]") -> None:
    """Nobody may be left to hear of the error; the field that failed first told the caller."""
    if not running.cancelled():
        running.exception()
