"""Files that a request brings, whatever way they came. Pure."""

from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

Path: TypeAlias = tuple[str, ...]
"""Where a file stands in the variables: ``("input", "file")``."""


@dataclass(frozen=True, slots=True, eq=False)
class Upload:
    """A file that was received in full; it is closed when the request has been answered."""

    name: str
    size: int
    file: BinaryIO


class BroughtVariables(dict[str, Any]):
    """The variables of a request that brought files, and where in them these stand."""

    def __init__(self, variables: dict[str, Any], paths: list[Path]) -> None:
        super().__init__(variables)
        self.paths = paths
