"""Operations that are over a limit; a branch of the tree in ``app/errors.py``."""

from typing_extensions import override

from app.errors import InputError


class QueryTooLargeError(InputError):
    """A document has more text than is worth reading; ``limit`` names the measure."""

    code = "QUERY_TOO_LARGE"

    def __init__(self, limit: str, found: str) -> None:
        super().__init__(f"A document has at most {limit}, this one {found}; use variables.")


class QueryTooDeepError(InputError):
    """Selections are nested too deeply."""

    code = "QUERY_TOO_DEEP"

    def __init__(self, depth: int, limit: int) -> None:
        super().__init__(f"An operation nests at most {limit} selections, not {depth}.")


class TooManyAliasesError(InputError):
    """An operation asks for the same fields again and again."""

    code = "TOO_MANY_ALIASES"

    def __init__(self, aliases: int, limit: int) -> None:
        super().__init__(f"An operation has at most {limit} aliases, not {aliases}.")


class QueryTooComplexError(InputError):
    """An operation asks for more objects than one may."""

    code = "QUERY_TOO_COMPLEX"

    def __init__(self, cost: int, maximum: int) -> None:
        super().__init__(
            f"An operation costs at most {maximum}, not {cost}; ask for smaller pages, or in parts."
        )
        self._figures = {"cost": cost, "maximum": maximum}

    @property
    @override
    def extensions(self) -> dict[str, object]:
        return {**super().extensions, **self._figures}


class ListTooLongError(InputError):
    """A list of the input is too long; ``path`` begins with its variable or argument."""

    code = "LIST_TOO_LONG"

    def __init__(self, length: int, limit: int, path: tuple[str, ...]) -> None:
        super().__init__(f"A list has at most {limit} items, not {length}.", path)

    @property
    @override
    def extensions(self) -> dict[str, object]:
        return {**super().extensions, "path": [*self.path]}
