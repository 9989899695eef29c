"""The arguments of connections."""

from typing import Annotated

import strawberry

from app.paging import DEFAULT_PAGE, MAX_PAGE

_SIZE = f"0 to {MAX_PAGE}; {DEFAULT_PAGE} when neither `first` nor `last` is given."

FirstArgument = Annotated[
    int | None, strawberry.argument(description=f"How many items from the start: {_SIZE}")
]
AfterArgument = Annotated[
    str | None, strawberry.argument(description="Only items behind this cursor.")
]
LastArgument = Annotated[
    int | None, strawberry.argument(description=f"How many items from the end: {_SIZE}")
]
BeforeArgument = Annotated[
    str | None, strawberry.argument(description="Only items before this cursor.")
]
